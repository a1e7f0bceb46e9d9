package dev.gatehouse.seclang;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A pool of idle screeners. A screener's buffers are large compared with a simple request's other memory, and cannot be
 * thread-local, since each transaction has its own virtual thread. Thread-safe.
 */
final class Screeners {
    private final BlockingQueue<Screener> idle =
            new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

    Screener take() {
        Screener screener = idle.poll();
        return screener == null ? new Screener() : screener;
    }

    /** Returns a screener to the pool. If the pool is full, the screener is dropped. */
    void giveBack(Screener screener) {
        screener.end();
        idle.offer(screener);
    }
}
