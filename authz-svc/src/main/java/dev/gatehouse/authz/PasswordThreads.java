package dev.gatehouse.authz;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that compute one kind of slow hash: platform threads, as it takes a core each. A bounded number may wait; more are rejected. They end
 * when there is nothing to do.
 */
final class PasswordThreads implements Executor, AutoCloseable {
    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor threads;

    /**
     * @param kind for their names
     * @param count 0: as many as there are processors
     */
    PasswordThreads(String kind, int count, int queue) {
        int size = count == 0 ? Runtime.getRuntime().availableProcessors() : count;
        threads = new ThreadPoolExecutor(
                size,
                size,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queue),
                Thread.ofPlatform().daemon().name(kind + "-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable check) {
        threads.execute(check);
    }

    int waiting() {
        return threads.getQueue().size();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
