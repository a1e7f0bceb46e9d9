package dev.gatehouse.grpcserver;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.grpc.VertxServer;
import io.vertx.grpc.VertxServerBuilder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A gRPC server of Vert.x that listens, and that all event loops serve: each connection stays with one, new ones go to them in turn. */
final class SharedServer {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final List<VertxServer> views;

    private SharedServer(List<VertxServer> views) {
        this.views = views;
    }

    /**
     * Waits until they do.
     *
     * @param host as the server was given it: that, and the port, tell Vert.x which one is meant
     * @throws IllegalStateException they did not within some seconds
     */
    static SharedServer join(Vertx vertx, String host, int port) {
        int loops = 0;
        for (Object _ : vertx.nettyEventLoopGroup()) {
            loops++;
        }
        List<VertxServer> views = new CopyOnWriteArrayList<>();
        try {
            vertx.deployVerticle(() -> new Turn(host, port, views), new DeploymentOptions().setInstances(loops))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("event loops do not serve gRPC at " + host + ":" + port, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before event loops served gRPC at " + host + ":" + port, e);
        }
        return new SharedServer(List.copyOf(views));
    }

    /** Sends clients away (GOAWAY): refuses new connections and calls, and lets present calls continue. */
    void shutdown() {
        views.getFirst().getRawServer().shutdown();
    }

    /**
     * Waits for the calls that are under way, after {@link #shutdown}.
     *
     * @return false: some are, at the limit
     */
    boolean awaitCalls(Duration limit) throws InterruptedException {
        return views.getFirst().getRawServer().awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Vert.x gives each instance the next event loop, and ends its part when it ends the verticle. */
    private static final class Turn extends AbstractVerticle {
        private final String host;
        private final int port;
        private final List<VertxServer> views;

        Turn(String host, int port, List<VertxServer> views) {
            this.host = host;
            this.port = port;
            this.views = views;
        }

        @Override
        public void start(Promise<Void> started) {
            VertxServer view = VertxServerBuilder.forAddress(vertx, host, port).build();
            views.add(view);
            view.start(started);
        }
    }
}
