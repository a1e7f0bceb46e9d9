package dev.gatehouse.waf.grpc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs pieces of work one after the other, in order: on a virtual thread that lives while there is any, or on the caller's where nothing
 * is under way. Added by any thread. Without a bound: whoever adds must keep one.
 */
final class SerialWork {
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    /** The number of running and waiting tasks. */
    private final AtomicInteger pending = new AtomicInteger();

    void add(Runnable piece) {
        queue.add(piece);
        if (pending.getAndIncrement() == 0) {
            start();
        }
    }

    /**
     * Runs it at once, on this thread.
     *
     * @return false: something else is under way, and it was not run
     */
    boolean tryRun(Runnable piece) {
        if (!pending.compareAndSet(0, 1)) {
            return false;
        }
        run(piece);
        if (pending.decrementAndGet() > 0) {
            start();
        }
        return true;
    }

    private void start() {
        Thread.ofVirtual().name("waf").start(this::runAll);
    }

    private void runAll() {
        do {
            Runnable piece = queue.poll();
            if (piece != null) {
                run(piece);
            }
        } while (pending.decrementAndGet() > 0);
    }

    private static void run(Runnable piece) {
        try {
            piece.run();
        } catch (RuntimeException e) {
            System.getLogger(SerialWork.class.getName()).log(System.Logger.Level.ERROR, "A stream's work failed.", e);
        }
    }
}
