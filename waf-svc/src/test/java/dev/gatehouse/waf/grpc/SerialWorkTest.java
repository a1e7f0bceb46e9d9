package dev.gatehouse.waf.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SerialWorkTest {
    private final SerialWork work = new SerialWork();

    @Test
    void whereNothingIsUnderWayItRunsOnTheCallersThread() {
        List<Thread> ran = new ArrayList<>();

        assertThat(work.tryRun(() -> ran.add(Thread.currentThread()))).isTrue();

        assertThat(ran).containsExactly(Thread.currentThread());
    }

    @Test
    void whatIsUnderWayIsNotOvertaken() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(2);
        List<String> ran = new ArrayList<>();
        work.add(() -> {
            await(go);
            ran.add("first");
            over.countDown();
        });

        assertThat(work.tryRun(() -> ran.add("overtakes"))).isFalse();
        work.add(() -> {
            ran.add("second");
            over.countDown();
        });
        go.countDown();

        assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void whatIsAddedMeanwhileRunsAfterwards() throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        List<String> ran = new ArrayList<>();

        work.tryRun(() -> {
            work.add(() -> {
                ran.add("later");
                over.countDown();
            });
            ran.add("here");
        });

        assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).containsExactly("here", "later");
    }

    @Test
    void aFailureDoesNotHoldUpWhatComesAfter() {
        assertThat(work.tryRun(() -> {
                    throw new IllegalStateException("a rule failed");
                }))
                .isTrue();
        assertThat(work.tryRun(() -> {})).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
