package dev.gatehouse.events;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The present state of each connected subscriber, from its reports: its connection, the last position that it applied,
 * its open rejections by resource, and the position up to which it has answered everything. Thread-safe.
 */
public final class LatestReports {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<List<String>, Map<String, DataPlaneReport>> nodes = new LinkedHashMap<>();

    public void take(DataPlaneReport report) {
        List<String> node = List.of(report.getFleet(), report.getNodeId());
        lock.lock();
        try {
            switch (report.getWhatCase()) {
                case CONNECTED -> {
                    Map<String, DataPlaneReport> fresh = new LinkedHashMap<>();
                    fresh.put("connected", report);
                    nodes.put(node, fresh);
                }
                case DISCONNECTED -> nodes.remove(node);
                case APPLIED -> {
                    Map<String, DataPlaneReport> known = known(node);
                    known.keySet().removeIf(key -> !key.equals("connected"));
                    known.put("applied", report);
                }
                case REJECTED -> {
                    Map<String, DataPlaneReport> known = known(node);
                    DataPlaneReport.Rejected rejected = report.getRejected();
                    String key =
                            "rejected " + rejected.getTypeUrl() + " " + String.join(" ", rejected.getResourcesList());
                    known.remove(key);
                    known.put(key, report);
                }
                case SETTLED -> {
                    Map<String, DataPlaneReport> known = known(node);
                    known.values().removeIf(earlier -> isOver(earlier, report.getSettled()));
                    known.remove("settled");
                    known.put("settled", report);
                }
                case WHAT_NOT_SET -> {}
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether a refusal has ended when all up to a position is answered. */
    private static boolean isOver(DataPlaneReport report, DataPlaneReport.Settled settled) {
        if (report.getWhatCase() != DataPlaneReport.WhatCase.REJECTED) {
            return false;
        }
        DataPlaneReport.Rejected rejected = report.getRejected();
        boolean later = rejected.getEpoch().equals(settled.getEpoch()) && rejected.getOffset() > settled.getOffset();
        return !later
                && settled.getRefusedList().stream()
                        .noneMatch(still -> still.getTypeUrl().equals(rejected.getTypeUrl())
                                && rejected.getResourcesList().contains(still.getName()));
    }

    private Map<String, DataPlaneReport> known(List<String> node) {
        return nodes.computeIfAbsent(node, unknown -> new LinkedHashMap<>());
    }

    /** The reports that bring a reader up to date, in order for each subscriber. */
    public List<DataPlaneReport> all() {
        lock.lock();
        try {
            return nodes.values().stream()
                    .flatMap(known -> known.values().stream())
                    .toList();
        } finally {
            lock.unlock();
        }
    }
}
