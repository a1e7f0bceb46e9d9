package dev.gatehouse.waf.load;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Runs long work on operating system threads, fewer of them than the total concurrency. A computing virtual thread does
 * not give up its carrier thread, so that a few large bodies would delay all small requests, and even the refusals of
 * requests without room. Thread-safe. Waiting blocks the caller, which should be a virtual thread.
 */
public final class LargeWork implements AutoCloseable {
    private final Admission turns;
    private final ExecutorService threads;

    /**
     * @param concurrent the most pieces of work at a time
     * @param queue the most callers that wait
     * @param patience the longest waiting time
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

    /** Runs a piece of work and waits for its result. Exceptions of the work are rethrown. */
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
