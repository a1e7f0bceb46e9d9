package dev.gatehouse.controller;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Gives heap back to the machine after a burst of changes. The serial collector shrinks its heap at a full collection only, and a controller at rest never needs
 * one: after 5,000 routes have come and gone it would keep what they took for days. So one full collection is asked for once nothing has been collected
 * for a while; it takes some tenths of a second, on no request's path.
 */
final class QuietHeap implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(20);

    /** Looks without a collection in between: the burst is over. */
    private static final int QUIET = 3;

    /** Fewer collections since the last full one are no burst. */
    private static final int BURST = 10;

    private final LongSupplier collections;
    private final Runnable collect;
    private final Thread thread = Thread.ofVirtual().name("quiet-heap").unstarted(this::run);
    // Of the thread that looks.
    private long last = -1;
    private long counted;
    private int quiet;

    QuietHeap() {
        this(QuietHeap::collections, System::gc);
    }

    /**
     * @param collections how many there have been
     * @param collect makes a full one
     */
    QuietHeap(LongSupplier collections, Runnable collect) {
        this.collections = collections;
        this.collect = collect;
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(LOOK_EVERY);
                look();
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    void look() {
        long now = collections.getAsLong();
        quiet = now == last ? quiet + 1 : 0;
        last = now;
        if (quiet >= QUIET && now - counted >= BURST) {
            collect.run();
            counted = collections.getAsLong();
            last = counted;
            quiet = 0;
        }
    }
}
