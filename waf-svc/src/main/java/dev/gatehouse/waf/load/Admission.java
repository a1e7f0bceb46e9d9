package dev.gatehouse.waf.load;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the number of threads that work at a time. Other threads wait in the order of their arrival. The number of
 * waiting threads and their waiting time are bounded. Thread-safe. Waiting blocks the caller, which should be a virtual
 * thread.
 */
public final class Admission {
    /** What became of who wanted to work. */
    public enum Outcome {
        /** It works, and must {@link #leave()}. */
        ADMITTED,
        /** Too many wait already. */
        FULL,
        /** Its turn did not come in time. */
        LATE
    }

    private final Semaphore permits;
    private final int queue;
    private final Duration patience;
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * @param concurrent the most threads that work at a time
     * @param queue the most threads that wait
     * @param patience the longest waiting time
     */
    public Admission(int concurrent, int queue, Duration patience) {
        if (concurrent < 1 || queue < 0 || patience.isNegative()) {
            throw new IllegalArgumentException("admission: " + concurrent + " at a time, " + queue + " waiting, "
                    + patience + " (expected: at least 1, 0 and 0)");
        }
        this.permits = new Semaphore(concurrent, true);
        this.queue = queue;
        this.patience = patience;
    }

    /** Whether there is room now, and nobody waits for it: then it works, and must {@link #leave()}. */
    public boolean tryEnter() {
        // Without asking first a stream of newcomers would starve those who wait.
        return waiting.get() == 0 && permits.tryAcquire();
    }

    /** Waits for a turn. */
    public Outcome enter() throws InterruptedException {
        if (tryEnter()) {
            return Outcome.ADMITTED;
        }
        if (waiting.incrementAndGet() > queue) {
            waiting.decrementAndGet();
            return Outcome.FULL;
        }
        try {
            return permits.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS) ? Outcome.ADMITTED : Outcome.LATE;
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Waits for a turn without a limit, even if the queue is full. For work that must end a begun inspection. */
    public void enterSurely() {
        permits.acquireUninterruptibly();
    }

    /** Its work is done. */
    public void leave() {
        permits.release();
    }

    /** How many wait. */
    public int waiting() {
        return waiting.get();
    }
}
