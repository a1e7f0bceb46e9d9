package dev.gatehouse.events.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventQueueTest {
    private final Counted counted = new Counted();

    private EventQueue<String> queue(int mostEvents, long mostBytes, EventDestination<String> destination) {
        return EventQueue.start("events", mostEvents, mostBytes, String::length, destination, counted);
    }

    @Test
    void aFullQueueDropsAndCountsAndNeverWaits() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch writing = new CountDownLatch(1);
        EventQueue<String> queue = queue(2, 1000, events -> {
            writing.countDown();
            release.await();
            return 0;
        });
        queue.take("event");
        assertThat(writing.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 5; i++) {
            queue.take("event");
        }
        assertThat(counted.dropped).hasValue(3);
        assertThat(queue.waiting()).isEqualTo(2);
        release.countDown();
        queue.close();
        queue.take("event");
        assertThat(counted.written).hasValue(3);
        assertThat(counted.dropped).hasValue(4);
    }

    @Test
    void eventsAreBoundedByTheirBytesTooAndRoomComesBackWithWhatIsWritten() throws InterruptedException {
        try (EventQueue<String> queue = queue(1000, 10, events -> 0)) {
            queue.take("eleven char");
            assertThat(counted.dropped).hasValue(1);
            for (int i = 0; i < 3; i++) {
                queue.take("eight ch");
                waitFor(i + 1);
            }
            assertThat(counted.dropped).hasValue(1);
        }
    }

    private void waitFor(int written) {
        while (counted.written.get() < written) {
            Thread.onSpinWait();
        }
    }

    @Test
    void eventsAreWrittenInOrder() throws InterruptedException {
        List<String> written = new ArrayList<>();
        try (EventQueue<String> queue = queue(1000, 10_000, events -> {
            written.addAll(events);
            return 0;
        })) {
            for (int i = 0; i < 500; i++) {
                queue.take(Integer.toString(i));
            }
        }
        assertThat(written).hasSize(500).startsWith("0", "1").endsWith("498", "499");
    }

    @Test
    void aDestinationThatThrowsLosesItsEventsAndNoMore() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        try (EventQueue<String> queue = queue(10, 1000, events -> {
            if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("broken");
            }
            return 0;
        })) {
            queue.take("a");
            while (counted.failed.get() == 0) {
                Thread.onSpinWait();
            }
            queue.take("b");
        }
        assertThat(counted.written).hasValue(1);
        assertThat(counted.failed).hasValue(1);
    }

    private static final class Counted implements EventCounters {
        private final AtomicInteger written = new AtomicInteger();
        private final AtomicInteger dropped = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();

        @Override
        public void written(int events) {
            written.addAndGet(events);
        }

        @Override
        public void dropped(int events) {
            dropped.addAndGet(events);
        }

        @Override
        public void failed(int events) {
            failed.addAndGet(events);
        }
    }
}
