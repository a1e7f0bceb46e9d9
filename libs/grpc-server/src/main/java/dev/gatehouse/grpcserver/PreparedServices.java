package dev.gatehouse.grpcserver;

import io.grpc.BindableService;
import io.quarkus.arc.Unremovable;
import io.quarkus.grpc.api.ServerBuilderCustomizer;
import io.quarkus.grpc.runtime.GrpcContainer;
import io.quarkus.grpc.runtime.config.GrpcConfiguration;
import io.vertx.core.Vertx;
import io.vertx.grpc.VertxServer;
import io.vertx.grpc.VertxServerBuilder;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Creates the gRPC services and loads their classes on the thread that starts the application. Quarkus would do both on
 * an event loop, blocking the loop for seconds on a busy machine; Vert.x warns of that with a stack trace each time.
 *
 * <p>Quarkus asks for this bean just before it deploys its server.
 */
@Alternative
@Priority(1)
@Singleton
@Unremovable
public class PreparedServices extends GrpcContainer {
    private static final Logger LOG = System.getLogger(PreparedServices.class.getName());
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final GrpcConfiguration config;
    private final Instance<ServerBuilderCustomizer<VertxServerBuilder>> customizers;

    PreparedServices(
            Vertx vertx,
            GrpcConfiguration config,
            @Any Instance<ServerBuilderCustomizer<VertxServerBuilder>> customizers) {
        this.vertx = vertx;
        this.config = config;
        this.customizers = customizers;
    }

    @PostConstruct
    void prepare() {
        getServices().forEach(BindableService::bindService);
        try {
            startAndEndAServer();
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.DEBUG, "the server is not prepared, and is loaded when it starts", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** On a port of the loopback address that the system chooses, without a service. */
    private void startAndEndAServer() throws ExecutionException, TimeoutException, InterruptedException {
        VertxServerBuilder builder = VertxServerBuilder.forAddress(vertx, "127.0.0.1", 0);
        customizers.forEach(each -> each.customize(config.server(), builder));
        VertxServer server = builder.build();
        CompletableFuture<Void> started = new CompletableFuture<>();
        server.start(result -> {
            if (result.succeeded()) {
                started.complete(null);
            } else {
                started.completeExceptionally(result.cause());
            }
        });
        started.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        server.shutdown();
    }
}
