package dev.gatehouse.xds;

import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.DataPlaneReports;
import dev.gatehouse.events.Seal;
import dev.gatehouse.events.SealRing;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.grpc.GrpcConfigLogFollower;
import dev.gatehouse.events.grpc.GrpcDataPlaneReports;
import dev.gatehouse.events.kafka.KafkaConfigLogFollower;
import dev.gatehouse.events.kafka.KafkaDataPlaneReports;
import dev.gatehouse.events.kafka.KafkaLink;
import dev.gatehouse.events.kafka.quarkus.KafkaConfig;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import jakarta.enterprise.inject.Instance;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The connection to the controller: within this process if it has a config log, otherwise by Kafka if configured, else
 * by gRPC. Without sealing keys secrets from another process are refused.
 */
final class Upstream implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 32 << 20;

    private final Optional<ConfigLog> inProcess;
    private final Optional<ManagedChannel> channel;
    private final DataPlaneReports reports;
    private final Supplier<Optional<Seal>> seal;
    private final String name;
    private final Optional<KafkaLink> kafka;
    private final List<Subscription> open = new ArrayList<>();
    private BooleanSupplier connected = () -> true;

    private Upstream(
            Optional<ConfigLog> inProcess,
            Optional<ManagedChannel> channel,
            Optional<DataPlaneReports> reports,
            Supplier<Optional<Seal>> seal,
            String name,
            KafkaConfig kafka) {
        this.kafka = kafka.link();
        this.inProcess = inProcess;
        this.channel = channel;
        this.seal = seal;
        this.name = name;
        this.reports = reports.orElseGet(() -> kafka.reportsLink().isPresent()
                ? opened(KafkaDataPlaneReports.start(kafka.reportsLink().get(), name, InstantSource.system()))
                : opened(GrpcDataPlaneReports.start(channel.orElseThrow(), new SecureRandom())));
    }

    private <T extends DataPlaneReports & Subscription> T opened(T client) {
        open.add(client);
        return client;
    }

    static Upstream of(
            Instance<ConfigLog> log,
            Instance<DataPlaneReports> reports,
            ChannelCredentials credentials,
            XdsConfig config,
            KafkaConfig kafka,
            String replicaName) {
        Optional<ConfigLog> inProcess = log.isResolvable() ? Optional.of(log.get()) : Optional.empty();
        Optional<DataPlaneReports> topic = reports.isResolvable() ? Optional.of(reports.get()) : Optional.empty();
        SealRing seal = new SealRing(config.seal().file(), config.seal().keys(), InstantSource.system());
        boolean overGrpc = kafka.link().isEmpty() && (inProcess.isEmpty() || topic.isEmpty());
        Optional<ManagedChannel> channel = overGrpc
                ? Optional.of(Grpc.newChannelBuilder(config.configLog().address(), credentials)
                        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                        // A controller that hangs is left for the one that leads after it within a lease's time.
                        .keepAliveTime(10, TimeUnit.SECONDS)
                        .keepAliveTimeout(5, TimeUnit.SECONDS)
                        .build())
                : Optional.empty();
        return new Upstream(inProcess, channel, topic, seal, replicaName, kafka);
    }

    DataPlaneReports reports() {
        return reports;
    }

    void feed(SnapshotStore store) {
        if (inProcess.isPresent()) {
            open.add(inProcess.get().follow(Optional.empty(), store));
        } else if (kafka.isPresent()) {
            KafkaConfigLogFollower follower = KafkaConfigLogFollower.start(kafka.get(), seal, store);
            open.add(follower);
            connected = follower::connected;
        } else {
            GrpcConfigLogFollower follower =
                    GrpcConfigLogFollower.start(channel.orElseThrow(), name, seal, store, new SecureRandom());
            open.add(follower);
            connected = follower::connected;
        }
    }

    /** False while the config log is unavailable. */
    boolean connected() {
        return connected.getAsBoolean();
    }

    @Override
    public void close() {
        open.forEach(Subscription::close);
        channel.ifPresent(ManagedChannel::shutdownNow);
    }
}
