package dev.gatehouse.grpcserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.DefaultEventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopBudgetTest {
    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final LoopBudget budget = new LoopBudget(Duration.ofMillis(20));

    @AfterEach
    void stop() {
        loop.shutdownGracefully();
    }

    /** All of them wait when the first is begun. */
    private List<Boolean> round(int pieces, Callable<Boolean> piece) throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                begin.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        List<? extends Future<Boolean>> all =
                IntStream.range(0, pieces).mapToObj(_ -> loop.submit(piece)).toList();
        begin.countDown();
        return all.stream()
                .map(each -> {
                    try {
                        return each.get();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private boolean work() {
        boolean spent = budget.spent();
        if (!spent) {
            long end = System.nanoTime() + Duration.ofMillis(4).toNanos();
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
        return spent;
    }

    @Test
    void whatIsLeftOfARoundIsShedWhenItsBudgetIsSpentAndTheNextRoundBeginsAnew() throws Exception {
        for (int i = 0; i < 3; i++) {
            List<Boolean> shed = round(200, this::work);
            assertThat(shed.getFirst()).isFalse();
            assertThat(shed.stream().filter(each -> !each)).hasSizeLessThanOrEqualTo(7);
            assertThat(shed.getLast()).isTrue();
        }
    }

    @Test
    void aLoopThatStoodStillIsNotOverloaded() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        List<Boolean> shed = round(20, () -> {
            boolean spent = budget.spent();
            if (calls.incrementAndGet() == 2) {
                Thread.sleep(100);
            }
            return spent;
        });
        assertThat(shed).doesNotContain(true);
    }

    @Test
    void otherThreadsHaveNoBudget() {
        assertThat(budget.spent()).isFalse();
    }

    @Test
    void aBudgetOfNothingIsRefused() {
        assertThatThrownBy(() -> new LoopBudget(Duration.ZERO)).hasMessageContaining("expected: more than 0");
    }
}
