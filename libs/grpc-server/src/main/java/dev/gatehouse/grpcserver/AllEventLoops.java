package dev.gatehouse.grpcserver;

import io.quarkus.grpc.runtime.GrpcServerRecorder;
import io.quarkus.grpc.runtime.config.GrpcConfiguration;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Has all event loops serve Quarkus's gRPC server. It gives all connections to one, so that what is done on gRPC's own threads would be
 * done by one core; and more instances of it (quarkus.grpc.server.instances) keep it from starting now and then, since it asks the second
 * for its port when the first does not listen yet.
 */
@Singleton
final class AllEventLoops {
    private final Vertx vertx;
    private final GrpcServerConfiguration server;
    private Optional<SharedServer> shared = Optional.empty();

    AllEventLoops(Vertx vertx, GrpcConfiguration config) {
        this.vertx = vertx;
        this.server = config.server();
    }

    /** Services have started: the server listens. */
    void join(@Observes StartupEvent started) {
        int port = LaunchMode.current() == LaunchMode.TEST ? server.testPort() : server.port();
        // A port that the system chooses is not shared.
        if (server.useSeparateServer() && port > 0 && GrpcServerRecorder.getVerticleCount() > 0) {
            shared = Optional.of(SharedServer.join(vertx, server.host(), port));
        }
    }

    void leave(@Observes ShutdownEvent stopping) {
        shared.ifPresent(SharedServer::shutdown);
    }
}
