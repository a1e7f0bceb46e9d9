package dev.gatehouse.events.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.events.DataPlaneReports;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.time.SteadyTime;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Takes data-plane reports from a topic of Kafka and publishes them here. When nothing was heard of a reporter for four times
 * as long as it would be silent, its subscribers are reported as disconnected; when it is back, it says again who is connected.
 */
public final class KafkaReportReader implements Subscription {
    private static final Logger LOG = System.getLogger(KafkaReportReader.class.getName());
    private static final Duration SILENCE = KafkaDataPlaneReports.AGAIN.multipliedBy(4);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final KafkaLink link;
    private final DataPlaneReports topic;
    private final InstantSource clock;
    private final InstantSource passing;
    private final Thread thread;
    private final AtomicReference<LogReader> reader = new AtomicReference<>();
    private final Map<String, Reporter> reporters = new HashMap<>();
    private volatile boolean closed;

    private static final class Reporter {
        /** For each subscriber, the last report of each kind. */
        final Map<List<String>, Map<String, DataPlaneReport>> connected = new LinkedHashMap<>();

        long heardAtMillis;
    }

    private KafkaReportReader(KafkaLink link, DataPlaneReports topic, InstantSource clock) {
        this.link = link;
        this.topic = topic;
        this.clock = clock;
        this.passing = SteadyTime.beside(clock);
        this.thread = Thread.ofPlatform().name("data-plane-reports").daemon().unstarted(this::run);
    }

    /** Starts reading what comes from now on; makes the topic where it is not there. */
    public static KafkaReportReader start(KafkaLink link, DataPlaneReports topic, InstantSource clock) {
        KafkaReportReader started = new KafkaReportReader(link, topic, clock);
        started.thread.start();
        return started;
    }

    @Override
    public void close() {
        closed = true;
        LogReader current = reader.get();
        if (current != null) {
            current.wakeup();
        }
        thread.interrupt();
    }

    private void run() {
        boolean reported = false;
        while (!closed) {
            try {
                Topics.make(
                        link,
                        Map.of(
                                "retention.ms",
                                Long.toString(Duration.ofMinutes(10).toMillis())));
                try (LogReader opened = LogReader.atTheEnd(link)) {
                    reader.set(opened);
                    reported = false;
                    while (!closed) {
                        opened.poll(POLL).forEach(this::take);
                        forgetTheSilent();
                    }
                }
            } catch (InterruptedException | WakeupException | org.apache.kafka.common.errors.InterruptException e) {
                return;
            } catch (KafkaException e) {
                if (!reported) {
                    LOG.log(
                            Level.WARNING,
                            "Reports cannot be read from {0} ({1}); it is tried again.",
                            link,
                            e.getMessage());
                    reported = true;
                }
                try {
                    Thread.sleep(AFTER_FAILURE);
                } catch (InterruptedException interrupted) {
                    return;
                }
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> entry) {
        if (LogReader.isTombstone(entry)) {
            return;
        }
        DataPlaneReport report;
        try {
            report = DataPlaneReport.parseFrom(entry.value());
        } catch (InvalidProtocolBufferException e) {
            LOG.log(Level.ERROR, "The record at {0} is not a report: {1}", entry.offset(), e.getMessage());
            return;
        }
        Reporter reporter = reporters.computeIfAbsent(report.getReporter(), _ -> new Reporter());
        reporter.heardAtMillis = passing.millis();
        if (report.getWhatCase() == DataPlaneReport.WhatCase.WHAT_NOT_SET) {
            return;
        }
        List<String> node = List.of(report.getFleet(), report.getNodeId());
        if (report.hasDisconnected()) {
            reporter.connected.remove(node);
            topic.publish(report);
            return;
        }
        String about = report.getWhatCase() + " " + report.getRejected().getTypeUrl() + " "
                + String.join(" ", report.getRejected().getResourcesList());
        Map<String, DataPlaneReport> known = reporter.connected.computeIfAbsent(node, _ -> new LinkedHashMap<>());
        if (report.hasApplied()) {
            known.values().removeIf(DataPlaneReport::hasRejected);
        }
        // A repeated report is not passed on.
        if (!report.equals(known.put(about, report))) {
            topic.publish(report);
        }
    }

    private void forgetTheSilent() {
        long now = passing.millis();
        reporters.values().removeIf(reporter -> {
            boolean silent = now - reporter.heardAtMillis > SILENCE.toMillis();
            if (silent) {
                reporter.connected
                        .values()
                        .forEach(said -> said.values().stream()
                                .findFirst()
                                .ifPresent(any -> topic.publish(any.toBuilder()
                                        .setAtMillis(clock.millis())
                                        .setDisconnected(DataPlaneReport.Disconnected.newBuilder()
                                                .setReason("reporter " + any.getReporter() + " is away"))
                                        .build())));
            }
            return silent;
        });
    }
}
