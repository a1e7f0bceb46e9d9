package dev.gatehouse.events.queue;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

/**
 * Events between the requests and what writes them. Holds a bounded number of events and of bytes; an event for which there is
 * no room is dropped and counted, and its request goes on.
 *
 * @param <E> an event
 */
public final class EventQueue<E> implements AutoCloseable {
    private static final Logger LOG = System.getLogger(EventQueue.class.getName());
    private static final int BATCH = 256;
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final BlockingQueue<E> queue;
    private final AtomicLong bytes = new AtomicLong();
    private final long mostBytes;
    private final ToLongFunction<E> size;
    private final EventDestination<E> destination;
    private final EventCounters counters;
    private final Thread thread;
    private volatile boolean closed;

    private EventQueue(
            String name,
            int mostEvents,
            long mostBytes,
            ToLongFunction<E> size,
            EventDestination<E> destination,
            EventCounters counters) {
        this.queue = new ArrayBlockingQueue<>(mostEvents);
        this.mostBytes = mostBytes;
        this.size = size;
        this.destination = destination;
        this.counters = counters;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    /**
     * Starts the writing thread.
     *
     * @param name the thread's
     * @param mostEvents that wait
     * @param mostBytes of memory that waiting events hold, about
     * @param size of an event in bytes of memory, about
     */
    public static <E> EventQueue<E> start(
            String name,
            int mostEvents,
            long mostBytes,
            ToLongFunction<E> size,
            EventDestination<E> destination,
            EventCounters counters) {
        EventQueue<E> started = new EventQueue<>(name, mostEvents, mostBytes, size, destination, counters);
        started.thread.start();
        return started;
    }

    /** Never blocks; for any thread. */
    public void take(E event) {
        long taken = size.applyAsLong(event);
        if (bytes.addAndGet(taken) > mostBytes || closed || !queue.offer(event)) {
            bytes.addAndGet(-taken);
            counters.dropped(1);
        }
    }

    /** How many events wait. */
    public int waiting() {
        return queue.size();
    }

    private void run() {
        List<E> batch = new ArrayList<>(BATCH);
        try {
            while (!closed || !queue.isEmpty()) {
                batch.clear();
                Optional<E> first = Optional.ofNullable(queue.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS));
                if (first.isPresent()) {
                    batch.add(first.get());
                    queue.drainTo(batch, BATCH - 1);
                    write(batch);
                }
            }
        } catch (InterruptedException e) {
            counters.failed(batch.size());
            counters.dropped(queue.size());
        }
    }

    private void write(List<E> batch) throws InterruptedException {
        int failed = batch.size();
        try {
            failed = destination.write(List.copyOf(batch));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Events could not be written.", e);
        }
        bytes.addAndGet(-batch.stream().mapToLong(size).sum());
        counters.failed(Math.min(failed, batch.size()));
        counters.written(Math.max(batch.size() - failed, 0));
    }

    /** Takes no more, and waits a few seconds until what waits is written. */
    @Override
    public void close() throws InterruptedException {
        closed = true;
        if (!thread.join(LAST_WORDS)) {
            thread.interrupt();
            thread.join(LAST_WORDS);
        }
    }
}
