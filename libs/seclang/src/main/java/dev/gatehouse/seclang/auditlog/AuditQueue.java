package dev.gatehouse.seclang.auditlog;

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

/**
 * Audit records between the requests and what writes them. Holds a bounded number of records and of bytes; a record for which there is
 * no room is dropped and counted, and its request goes on.
 */
public final class AuditQueue implements AuditSink, AutoCloseable {
    private static final Logger LOG = System.getLogger(AuditQueue.class.getName());
    private static final int BATCH = 256;
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final BlockingQueue<AuditEntry> queue;
    private final AtomicLong bytes = new AtomicLong();
    private final long mostBytes;
    private final AuditDestination destination;
    private final AuditCounters counters;
    private final Thread thread;
    private volatile boolean closed;

    private AuditQueue(int mostEntries, long mostBytes, AuditDestination destination, AuditCounters counters) {
        this.queue = new ArrayBlockingQueue<>(mostEntries);
        this.mostBytes = mostBytes;
        this.destination = destination;
        this.counters = counters;
        this.thread = Thread.ofPlatform().name("audit-log").daemon().unstarted(this::run);
    }

    /**
     * Starts the writing thread.
     *
     * @param mostEntries that wait
     * @param mostBytes of memory that waiting entries hold, about
     */
    public static AuditQueue start(
            int mostEntries, long mostBytes, AuditDestination destination, AuditCounters counters) {
        AuditQueue started = new AuditQueue(mostEntries, mostBytes, destination, counters);
        started.thread.start();
        return started;
    }

    @Override
    public void take(AuditEntry entry) {
        long size = entry.size();
        if (bytes.addAndGet(size) > mostBytes || closed || !queue.offer(entry)) {
            bytes.addAndGet(-size);
            counters.dropped(1);
        }
    }

    /** How many records wait. */
    public int waiting() {
        return queue.size();
    }

    private void run() {
        List<AuditEntry> batch = new ArrayList<>(BATCH);
        try {
            while (!closed || !queue.isEmpty()) {
                batch.clear();
                Optional<AuditEntry> first = Optional.ofNullable(queue.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS));
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

    private void write(List<AuditEntry> batch) throws InterruptedException {
        int failed = batch.size();
        try {
            failed = destination.write(List.copyOf(batch));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Audit records could not be written.", e);
        }
        counters.failed(Math.min(failed, batch.size()));
        counters.written(Math.max(batch.size() - failed, 0));
        bytes.addAndGet(-batch.stream().mapToLong(AuditEntry::size).sum());
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
