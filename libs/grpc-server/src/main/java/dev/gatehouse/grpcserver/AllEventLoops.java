package dev.gatehouse.grpcserver;

import io.quarkus.grpc.runtime.GrpcServerRecorder;
import io.quarkus.grpc.runtime.config.GrpcConfiguration;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Lets all event loops serve Quarkus's gRPC server. By itself Quarkus gives all connections to one event loop, so that
 * one core does all work on gRPC's own threads. Several instances of the server (quarkus.grpc.server.instances)
 * sometimes prevent its start, since Quarkus reads the second instance's port before the first instance listens.
 */
@Singleton
final class AllEventLoops {
    private static final int FIRST = 1;
    private static final int LAST = Integer.MAX_VALUE;
    private static final Logger LOG = System.getLogger(AllEventLoops.class.getName());

    private final Vertx vertx;
    private final GrpcServerConfiguration server;
    private final DrainConfig drain;
    private Optional<SharedServer> shared = Optional.empty();

    AllEventLoops(Vertx vertx, GrpcConfiguration config, DrainConfig drain) {
        this.vertx = vertx;
        this.server = config.server();
        this.drain = drain;
    }

    /** Services have started: the server listens. */
    void join(@Observes StartupEvent started) {
        int port = LaunchMode.current() == LaunchMode.TEST ? server.testPort() : server.port();
        // A port that the system chooses is not shared.
        if (server.useSeparateServer() && port > 0 && GrpcServerRecorder.getVerticleCount() > 0) {
            shared = Optional.of(SharedServer.join(vertx, server.host(), port));
        }
    }

    /** Runs before any other part of the service ends: clients move to other replicas, and their open calls still need all parts. */
    void leave(@Observes @Priority(FIRST) ShutdownEvent stopping) {
        shared.ifPresent(SharedServer::shutdown);
    }

    /** Last: services have ended the streams that would go on for ever. */
    void drain(@Observes @Priority(LAST) ShutdownEvent stopping) throws InterruptedException {
        if (shared.isPresent() && drain.limit().isPositive() && !shared.get().awaitCalls(drain.limit())) {
            LOG.log(Level.WARNING, "calls are under way after {0}, and are ended", drain.limit());
        }
    }
}
