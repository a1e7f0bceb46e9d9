package dev.gatehouse.waf.load;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Work that takes long, on threads of the operating system, less of it at a time than there may be work in all: a virtual thread that
 * computes leaves its carrier to nobody, so a few large bodies would hold up all small requests, and even the answers to those for whom
 * there is no room. Used by any thread; who waits is blocked, so those that call should be virtual.
 */
public final class LargeWork implements AutoCloseable {
    private final Admission turns;
    private final ExecutorService threads;

    /**
     * @param concurrent how much of it is done at a time
     * @param queue how many may wait
     * @param patience how long one waits
     */
    public LargeWork(int concurrent, int queue, Duration patience) {
        turns = new Admission(concurrent, queue, patience);
        threads = Executors.newFixedThreadPool(
                concurrent, Thread.ofPlatform().daemon().name("waf-large-", 0).factory());
    }

    /** Waits for a turn. */
    public Admission.Outcome enter() throws InterruptedException {
        return turns.enter();
    }

    /** Its work is done. */
    public void leave() {
        turns.leave();
    }

    /** Does a piece of work, and waits for it; what it throws is thrown here. */
    public <T> T run(Supplier<T> work) throws InterruptedException {
        Future<T> done = threads.submit(work::get);
        try {
            return done.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new IllegalStateException("a large body could not be inspected", e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
