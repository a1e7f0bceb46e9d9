package dev.gatehouse.waf.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/**
 * The same service on a Unix socket, for proxies in the same pod, without TLS: who may open the file may ask. Only its user and group may,
 * so a proxy of another user needs the group in common ({@code fsGroup}).
 */
public final class SocketServer implements AutoCloseable {
    private static final int LARGEST_MESSAGE = 65 * 1024 * 1024;
    private static final int GRACE_SECONDS = 5;

    /** Envoy pings more often than gRPC permits by default. */
    private static final int MOST_FREQUENT_PING_SECONDS = 1;

    private final Path path;
    private final Server server;
    private final EventLoopGroup loops;

    private SocketServer(Path path, Server server, EventLoopGroup loops) {
        this.path = path;
        this.server = server;
        this.loops = loops;
    }

    /** Listens on {@code path}; a socket that another process has left there is replaced. */
    public static SocketServer start(Path path, BindableService service) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.deleteIfExists(path);
        EventLoopGroup loops = new NioEventLoopGroup(Runtime.getRuntime().availableProcessors());
        Server server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(path))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .directExecutor()
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .permitKeepAliveTime(MOST_FREQUENT_PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addService(ServerInterceptors.intercept(service, new StreamMetadataInterceptor()))
                .build()
                .start();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
        return new SocketServer(path, server, loops);
    }

    /** Stops the server. Running calls may finish within some seconds. */
    @Override
    public void close() throws IOException, InterruptedException {
        server.shutdown();
        if (!server.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
            server.shutdownNow();
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        Files.deleteIfExists(path);
    }
}
