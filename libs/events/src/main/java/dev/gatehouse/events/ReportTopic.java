package dev.gatehouse.events;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The topic of data-plane reports in memory. Each subscriber has a {@link ReportMailbox} and a virtual thread of its
 * own: a slow subscriber delays neither the publisher nor other subscribers. A late subscriber first gets the present
 * state.
 */
public final class ReportTopic implements DataPlaneReports {
    private static final Logger LOG = System.getLogger(ReportTopic.class.getName());
    private static final int BOUND = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final LatestReports latest = new LatestReports();
    private final List<ReportMailbox> mailboxes = new ArrayList<>();

    @Override
    public void publish(DataPlaneReport report) {
        lock.lock();
        try {
            latest.take(report);
            mailboxes.forEach(mailbox -> mailbox.put(report));
        } finally {
            lock.unlock();
        }
    }

    /** Calls {@code reader} with each report, one at a time. A failure of the reader is logged and skipped. */
    public Subscription subscribe(Consumer<DataPlaneReport> reader) {
        ReportMailbox mailbox = new ReportMailbox(BOUND);
        lock.lock();
        try {
            latest.all().forEach(mailbox::put);
            mailboxes.add(mailbox);
        } finally {
            lock.unlock();
        }
        Thread thread = Thread.ofVirtual().name("data-plane-reports").start(() -> {
            try {
                while (true) {
                    read(reader, mailbox.take());
                }
            } catch (InterruptedException e) {
                remove(mailbox);
            }
        });
        return () -> {
            remove(mailbox);
            thread.interrupt();
        };
    }

    private void remove(ReportMailbox mailbox) {
        lock.lock();
        try {
            mailboxes.remove(mailbox);
        } finally {
            lock.unlock();
        }
    }

    private static void read(Consumer<DataPlaneReport> reader, DataPlaneReport report) {
        try {
            reader.accept(report);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "A reader of data-plane reports failed at " + report + "; the report is skipped.", e);
        }
    }
}
