package dev.gatehouse.events.queue;

import java.util.List;

/**
 * Writes events, and may take its time. Used by one thread.
 *
 * @param <E> an event
 */
@FunctionalInterface
public interface EventDestination<E> {
    /**
     * Writes events, in order.
     *
     * @return how many of them could not be written, which has been logged
     * @throws InterruptedException where the writer is to end
     */
    int write(List<E> events) throws InterruptedException;
}
