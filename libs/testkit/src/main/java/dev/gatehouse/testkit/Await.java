package dev.gatehouse.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition instead of sleeping: looks every few milliseconds, and fails with what there was when time was up. */
public final class Await {
    private static final Duration POLL = Duration.ofMillis(5);

    private Await() {}

    /** A condition that may throw while what it looks at is not there yet; a throw counts as false. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * @param describe asked only when the time is up, for the message
     * @throws AssertionError when the condition does not hold within {@code timeout}
     */
    public static void until(Condition condition, Duration timeout, Supplier<String> describe) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Throwable last = null;
        do {
            try {
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting: " + describe.get(), e);
            } catch (Exception | AssertionError e) {
                last = e;
            }
            LockSupport.parkNanos(POLL.toNanos());
        } while (System.nanoTime() < deadline);
        throw new AssertionError("not within " + timeout.toMillis() + " ms: " + describe.get(), last);
    }
}
