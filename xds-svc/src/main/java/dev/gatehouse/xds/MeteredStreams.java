package dev.gatehouse.xds;

import dev.gatehouse.xds.grpc.StreamMetrics;
import dev.gatehouse.xds.stream.Protocol;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Metrics of the streams: {@code gatehouse_xds_streams{protocol}}, {@code gatehouse_xds_pushes_total{type}}, {@code
 * gatehouse_xds_acks_total{type}}, {@code gatehouse_xds_nacks_total{type}}, {@code gatehouse_xds_ack_seconds{type}},
 * {@code gatehouse_xds_propagation_seconds}, {@code gatehouse_xds_streams_overdue}. A type has its counters from its
 * first push on, so that the first NACK is an increase. The type is the message's short name. Types after the first 32
 * count as "other", since subscribers choose the types.
 */
final class MeteredStreams implements StreamMetrics {
    private static final int MAX_TYPES = 32;
    private static final Duration[] TIMES = Stream.of(10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry meters;
    private final Map<Protocol, AtomicInteger> streams = new EnumMap<>(Protocol.class);
    private final Set<String> types = ConcurrentHashMap.newKeySet();
    private final AtomicInteger overdue = new AtomicInteger();
    private final Timer propagation;

    MeteredStreams(MeterRegistry meters) {
        this.meters = meters;
        for (Protocol protocol : Protocol.values()) {
            AtomicInteger connected = new AtomicInteger();
            streams.put(protocol, connected);
            Gauge.builder("gatehouse.xds.streams", connected, AtomicInteger::get)
                    .description("Connected streams of known subscribers")
                    .tag("protocol", protocol.label())
                    .register(meters);
        }
        Gauge.builder("gatehouse.xds.streams.overdue", overdue, AtomicInteger::get)
                .description(
                        "Streams on which an answer, or something that is to be sent, has been missing for too long")
                .register(meters);
        propagation = Timer.builder("gatehouse.xds.propagation")
                .description("From the controller's publishing to the subscriber's acceptance of all of it")
                .serviceLevelObjectives(TIMES)
                .register(meters);
    }

    @Override
    public void connected(Protocol protocol) {
        count(protocol).incrementAndGet();
    }

    @Override
    public void disconnected(Protocol protocol) {
        count(protocol).decrementAndGet();
    }

    private AtomicInteger count(Protocol protocol) {
        return streams.computeIfAbsent(protocol, unknown -> new AtomicInteger());
    }

    @Override
    public void pushed(String typeUrl) {
        String type = type(typeUrl);
        counter("gatehouse.xds.pushes", "Answers with resources that were sent", type)
                .increment();
        nacks(type);
    }

    @Override
    public void acknowledged(String typeUrl, Duration latency) {
        counter("gatehouse.xds.acks", "Answers that were accepted", type(typeUrl))
                .increment();
        Timer.builder("gatehouse.xds.ack")
                .description("From a push to its acceptance")
                .tag("type", type(typeUrl))
                .serviceLevelObjectives(TIMES)
                .register(meters)
                .record(latency);
    }

    @Override
    public void rejected(String typeUrl) {
        nacks(type(typeUrl)).increment();
    }

    private Counter nacks(String type) {
        return counter("gatehouse.xds.nacks", "Answers that were refused", type);
    }

    private Counter counter(String name, String description, String type) {
        return Counter.builder(name).description(description).tag("type", type).register(meters);
    }

    @Override
    public void overdue(boolean begins) {
        overdue.addAndGet(begins ? 1 : -1);
    }

    @Override
    public void applied(Duration latency) {
        propagation.record(latency);
    }

    private String type(String typeUrl) {
        if (!types.contains(typeUrl)) {
            if (types.size() >= MAX_TYPES) {
                return "other";
            }
            types.add(typeUrl);
        }
        return typeUrl.substring(typeUrl.lastIndexOf('.') + 1);
    }
}
