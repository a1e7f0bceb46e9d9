package dev.gatehouse.waf.grpc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs pieces of work one after the other, in order, on a virtual thread that lives while there is any. Added by any thread. Without a
 * bound: whoever adds must keep one.
 */
final class SerialWork {
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    void add(Runnable piece) {
        queue.add(piece);
        if (pending.getAndIncrement() == 0) {
            Thread.ofVirtual().name("waf").start(this::run);
        }
    }

    private void run() {
        do {
            Runnable piece = queue.poll();
            if (piece != null) {
                try {
                    piece.run();
                } catch (RuntimeException e) {
                    System.getLogger(SerialWork.class.getName())
                            .log(System.Logger.Level.ERROR, "A stream's work failed.", e);
                }
            }
        } while (pending.decrementAndGet() > 0);
    }
}
