package dev.gatehouse.xds;

import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.DataPlaneReports;
import dev.gatehouse.events.kafka.quarkus.KafkaConfig;
import dev.gatehouse.identity.quarkus.ServiceTls;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.xds.grpc.XdsServer;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.StreamSettings;
import dev.gatehouse.xds.view.SubscriberRegistry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;

/** Puts xds-svc together. */
final class Wiring {
    private static final Duration COUNT_SUBSCRIBERS = Duration.ofSeconds(2);

    @Produces
    @Singleton
    SnapshotStore store() {
        return new SnapshotStore();
    }

    @Produces
    @Singleton
    SubscriberRegistry registry() {
        return new SubscriberRegistry();
    }

    @Produces
    @Singleton
    Upstream upstream(
            Instance<ConfigLog> log,
            Instance<DataPlaneReports> reports,
            ServiceTls tls,
            XdsConfig config,
            KafkaConfig kafka) {
        return Upstream.of(log, reports, tls.client(), config, kafka, replicaName(config));
    }

    @Produces
    @Singleton
    XdsServer server(
            SnapshotStore store,
            SubscriberRegistry registry,
            Upstream upstream,
            MeterRegistry meters,
            XdsConfig config,
            Tracing tracing) {
        return new XdsServer(
                store,
                registry,
                upstream.reports(),
                new MeteredStreams(meters),
                new StreamSettings(config.removalGrace(), config.orderTimeout(), config.overdueAfter()),
                replicaName(config),
                InstantSource.system(),
                tracing);
    }

    void start(
            @Observes StartupEvent event,
            Upstream upstream,
            SnapshotStore store,
            SubscriberRegistry registry,
            XdsServer server,
            MeterRegistry meters,
            Vertx vertx) {
        upstream.feed(store);
        Gauge.builder("gatehouse.xds.streams.waiting", server, XdsServer::waitingStreams)
                .description("Streams that wait for their turn to begin, because many connect at once")
                .register(meters);
        MeteredSubscribers subscribers = new MeteredSubscribers(registry, upstream::connected, meters);
        vertx.setPeriodic(0, COUNT_SUBSCRIBERS.toMillis(), _ -> subscribers.refresh());
    }

    void stop(@Observes ShutdownEvent event, XdsServer server) {
        server.drain();
    }

    void close(@Disposes XdsServer server) {
        server.close();
    }

    void close(@Disposes Upstream upstream) {
        upstream.close();
    }

    private static String replicaName(XdsConfig config) {
        return config.reporter().orElseGet(() -> {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "xds-svc";
            }
        });
    }
}
