package dev.gatehouse.testkit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition instead of sleeping. It checks every few milliseconds, and fails with the state at the end of the time. */
public final class Await {
    private static final Duration POLL = Duration.ofMillis(5);
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private Await() {}

    /** A condition, which may throw while its subject does not exist yet. An exception counts as false. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * @param describe supplies the state for the message, only when the time is up
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

    /**
     * Waits as long as something happens: for what takes its time on a machine that is busy with other things.
     *
     * @param pulse a value that changes whenever something happens
     * @throws AssertionError when the condition does not hold, and the pulse has been the same for a minute
     */
    public static void orSilent(Condition condition, Supplier<?> pulse, Supplier<String> describe) {
        Object last = pulse.get();
        while (true) {
            try {
                until(condition, SILENCE, describe);
                return;
            } catch (AssertionError e) {
                Object now = pulse.get();
                if (now.equals(last)) {
                    throw e;
                }
                last = now;
            }
        }
    }

    /** The pulse of a process: the seconds of processor time that it has used. One that merely waits uses none in a minute. */
    public static Supplier<?> pulse(Process process) {
        return () -> List.of(
                process.isAlive(),
                process.toHandle()
                        .info()
                        .totalCpuDuration()
                        .map(Duration::toSeconds)
                        .orElse(0L));
    }
}
