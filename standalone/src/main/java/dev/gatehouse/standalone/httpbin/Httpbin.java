package dev.gatehouse.standalone.httpbin;

import io.grpc.Server;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;

/** The running app: HTTP/1.1, h2c and WebSocket on one port, gRPC, TCP and UDP on ports of their own. */
public final class Httpbin implements AutoCloseable {
    private static final int MAX_INITIAL_LINE = 64 * 1024;
    private static final int MAX_HEADERS = 256 * 1024;

    private final List<AutoCloseable> parts = new ArrayList<>();
    private int httpPort;
    private OptionalInt grpcPort = OptionalInt.empty();
    private OptionalInt tcpPort = OptionalInt.empty();
    private OptionalInt udpPort = OptionalInt.empty();

    private Httpbin() {}

    /**
     * Starts all parts and returns when they listen.
     *
     * @throws IOException that names the part and the port when one cannot be bound; nothing is left running then
     */
    public static Httpbin start(HttpbinOptions options) throws IOException {
        Httpbin app = new Httpbin();
        try {
            app.startParts(options);
            return app;
        } catch (IOException | RuntimeException e) {
            app.close();
            throw e;
        }
    }

    private void startParts(HttpbinOptions options) throws IOException {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
        parts.add(() -> await(vertx.close()));

        HttpServer http = vertx.createHttpServer(new HttpServerOptions()
                        .setMaxInitialLineLength(MAX_INITIAL_LINE)
                        .setMaxHeaderSize(MAX_HEADERS)
                        .setMaxFormAttributeSize(-1)
                        .setHandle100ContinueAutomatically(true))
                .requestHandler(new Endpoints(
                        vertx, options.name(), RandomGenerator.getDefault(), InstantSource.system())::handle);
        httpPort = listen("HTTP", options.host(), options.httpPort(), http.listen(options.httpPort(), options.host()))
                .actualPort();

        if (options.grpcPort().isPresent()) {
            int port = options.grpcPort().getAsInt();
            Server grpc = GrpcEcho.start(options.name(), options.host(), port);
            parts.add(grpc::shutdownNow);
            grpcPort = OptionalInt.of(grpc.getPort());
        }
        if (options.tcpPort().isPresent()) {
            int port = options.tcpPort().getAsInt();
            NetServer tcp = vertx.createNetServer().connectHandler(socket -> socket.pipeTo(socket));
            tcpPort = OptionalInt.of(listen("TCP", options.host(), port, tcp.listen(port, options.host()))
                    .actualPort());
        }
        if (options.udpPort().isPresent()) {
            int port = options.udpPort().getAsInt();
            DatagramSocket udp = vertx.createDatagramSocket();
            udp.handler(packet -> udp.send(
                    packet.data(), packet.sender().port(), packet.sender().host()));
            udpPort = OptionalInt.of(listen("UDP", options.host(), port, udp.listen(port, options.host()))
                    .localAddress()
                    .port());
        }
        if (options.unix().isPresent()) {
            parts.add(UnixRelay.start(options.unix().get(), httpPort));
        }
    }

    public int httpPort() {
        return httpPort;
    }

    public OptionalInt grpcPort() {
        return grpcPort;
    }

    public OptionalInt tcpPort() {
        return tcpPort;
    }

    public OptionalInt udpPort() {
        return udpPort;
    }

    /** Stops at once; requests under way are cut off. */
    @Override
    public void close() {
        Collections.reverse(parts);
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                // It goes away with the process; the other parts are still to be closed.
                System.getLogger(Httpbin.class.getName()).log(System.Logger.Level.DEBUG, "not closed cleanly", e);
            }
        }
        parts.clear();
    }

    private static <T> T listen(String what, String host, int port, Future<T> listening) throws IOException {
        try {
            return await(listening);
        } catch (CompletionException e) {
            throw new IOException("httpbin cannot listen on " + what + " " + host + ":" + port + ": "
                    + (e.getCause() == null ? e.getMessage() : e.getCause().getMessage()));
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
