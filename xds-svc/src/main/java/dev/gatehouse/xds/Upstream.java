package dev.gatehouse.xds;

import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.DataPlaneReports;
import dev.gatehouse.events.Seal;
import dev.gatehouse.events.SealRing;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.grpc.GrpcConfigLogFollower;
import dev.gatehouse.events.grpc.GrpcDataPlaneReports;
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
import java.util.function.Supplier;

/**
 * The controller as seen from here: in this process where there is a config log in it, otherwise over gRPC. Without sealing
 * keys secrets from another process are refused.
 */
final class Upstream implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 32 << 20;

    private final Optional<ConfigLog> inProcess;
    private final Optional<ManagedChannel> channel;
    private final DataPlaneReports reports;
    private final Supplier<Optional<Seal>> seal;
    private final String name;
    private final List<Subscription> open = new ArrayList<>();
    private Optional<GrpcConfigLogFollower> remote = Optional.empty();

    private Upstream(
            Optional<ConfigLog> inProcess,
            Optional<ManagedChannel> channel,
            Optional<DataPlaneReports> reports,
            Supplier<Optional<Seal>> seal,
            String name) {
        this.inProcess = inProcess;
        this.channel = channel;
        this.seal = seal;
        this.name = name;
        this.reports = reports.orElseGet(() -> {
            GrpcDataPlaneReports client = GrpcDataPlaneReports.start(channel.orElseThrow(), new SecureRandom());
            open.add(client);
            return client;
        });
    }

    static Upstream of(
            Instance<ConfigLog> log,
            Instance<DataPlaneReports> reports,
            ChannelCredentials credentials,
            XdsConfig config,
            String replicaName) {
        Optional<ConfigLog> inProcess = log.isResolvable() ? Optional.of(log.get()) : Optional.empty();
        Optional<DataPlaneReports> topic = reports.isResolvable() ? Optional.of(reports.get()) : Optional.empty();
        SealRing seal = new SealRing(config.seal().file(), config.seal().keys(), InstantSource.system());
        Optional<ManagedChannel> channel = inProcess.isPresent() && topic.isPresent()
                ? Optional.empty()
                : Optional.of(Grpc.newChannelBuilder(config.configLog().address(), credentials)
                        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                        .keepAliveTime(30, TimeUnit.SECONDS)
                        .build());
        return new Upstream(inProcess, channel, topic, seal, replicaName);
    }

    DataPlaneReports reports() {
        return reports;
    }

    void feed(SnapshotStore store) {
        if (inProcess.isPresent()) {
            open.add(inProcess.get().follow(Optional.empty(), store));
        } else {
            GrpcConfigLogFollower follower =
                    GrpcConfigLogFollower.start(channel.orElseThrow(), name, seal, store, new SecureRandom());
            open.add(follower);
            remote = Optional.of(follower);
        }
    }

    /** False while the controller is away. */
    boolean connected() {
        return remote.map(GrpcConfigLogFollower::connected).orElse(true);
    }

    @Override
    public void close() {
        open.forEach(Subscription::close);
        channel.ifPresent(ManagedChannel::shutdownNow);
    }
}
