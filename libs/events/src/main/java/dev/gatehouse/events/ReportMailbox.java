package dev.gatehouse.events;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.api.events.v1.DataPlaneReport.WhatCase;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of reports for one reader, in order for each subscriber. An Applied replaces an unread Applied of the
 * same subscriber if no other report of it came between. At the bound the oldest Applied is dropped (a later one
 * follows), or without one the oldest report.
 */
public final class ReportMailbox {
    private record Node(String fleet, String nodeId) {
        static Node of(DataPlaneReport report) {
            return new Node(report.getFleet(), report.getNodeId());
        }
    }

    private final int bound;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final LinkedHashMap<Long, DataPlaneReport> queue = new LinkedHashMap<>();
    private final Map<Node, Long> latest = new HashMap<>();
    private long next;
    private long dropped;

    /** @param bound reports that may wait, at least 1 */
    public ReportMailbox(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound: " + bound + " (expected: >= 1)");
        }
        this.bound = bound;
    }

    public void put(DataPlaneReport report) {
        lock.lock();
        try {
            Node node = Node.of(report);
            Long last = latest.get(node);
            if (last != null && applied(report) && applied(queue.get(last))) {
                queue.replace(last, report);
                return;
            }
            if (queue.size() >= bound) {
                dropOne();
            }
            queue.put(next, report);
            latest.put(node, next);
            next++;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private static boolean applied(@Nullable DataPlaneReport report) {
        return report != null && report.getWhatCase() == WhatCase.APPLIED;
    }

    private void dropOne() {
        OptionalLong victim = queue.entrySet().stream()
                .filter(entry -> applied(entry.getValue()))
                .mapToLong(Map.Entry::getKey)
                .findFirst();
        long key = victim.orElseGet(() -> queue.firstEntry().getKey());
        forget(key, queue.remove(key));
        dropped++;
    }

    private void forget(long key, @Nullable DataPlaneReport report) {
        if (report != null) {
            latest.remove(Node.of(report), key);
        }
    }

    /** Waits for a report. */
    public DataPlaneReport take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                arrived.await();
            }
            return removeFirst();
        } finally {
            lock.unlock();
        }
    }

    /** The next report, if one waits. */
    public Optional<DataPlaneReport> poll() {
        lock.lock();
        try {
            return queue.isEmpty() ? Optional.empty() : Optional.of(removeFirst());
        } finally {
            lock.unlock();
        }
    }

    private DataPlaneReport removeFirst() {
        Map.Entry<Long, DataPlaneReport> first = queue.pollFirstEntry();
        forget(first.getKey(), first.getValue());
        return first.getValue();
    }

    /** Reports dropped at the bound since the start. */
    public long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }
}
