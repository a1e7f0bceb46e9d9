package dev.gatehouse.seclang;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Screeners that wait for a phase. What each has of space to work in is much beside what else a simple request needs; with a virtual
 * thread for each transaction it cannot belong to threads. For any number of threads.
 */
final class Screeners {
    private final BlockingQueue<Screener> idle =
            new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

    Screener take() {
        Screener screener = idle.poll();
        return screener == null ? new Screener() : screener;
    }

    /** One that there is no room for is forgotten. */
    void giveBack(Screener screener) {
        screener.end();
        idle.offer(screener);
    }
}
