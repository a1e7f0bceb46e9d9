package dev.gatehouse.controller.infrastructure;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.secret.v3.SecretDiscoveryServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;

/** An SDS server on a Unix socket, as a SPIRE agent is one: it answers each request of a stream with the secrets that it has. */
final class SdsServer implements AutoCloseable {
    private final Server server;
    private final ServerSocketChannel socket;

    private SdsServer(Server server, ServerSocketChannel socket) {
        this.server = server;
        this.socket = socket;
    }

    static SdsServer start(Path path, Map<String, Secret> secrets) throws IOException {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new SecretDiscoveryServiceGrpc.SecretDiscoveryServiceImplBase() {
                    @Override
                    public StreamObserver<DiscoveryRequest> streamSecrets(StreamObserver<DiscoveryResponse> answers) {
                        return new Requests(secrets, answers);
                    }
                })
                .build()
                .start();
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(path));
        Thread.ofVirtual().start(() -> relay(socket, server.getPort()));
        return new SdsServer(server, socket);
    }

    /** gRPC's server has no Unix sockets without native code. */
    private static void relay(ServerSocketChannel socket, int port) {
        try {
            while (true) {
                SocketChannel client = socket.accept();
                SocketChannel target =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                Thread.ofVirtual().start(() -> copy(client, target));
                Thread.ofVirtual().start(() -> copy(target, client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static void copy(ByteChannel from, ByteChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
        try (from;
                to) {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException e) {
            // One side is closed, and so both are.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        server.shutdownNow();
    }

    private record Requests(Map<String, Secret> secrets, StreamObserver<DiscoveryResponse> answers)
            implements StreamObserver<DiscoveryRequest> {
        @Override
        public void onNext(DiscoveryRequest request) {
            if (!request.getVersionInfo().isEmpty()) {
                return;
            }
            DiscoveryResponse.Builder answer = DiscoveryResponse.newBuilder()
                    .setTypeUrl(request.getTypeUrl())
                    .setVersionInfo("1")
                    .setNonce("1");
            request.getResourceNamesList().forEach(name -> answer.addResources(Any.pack(secrets.get(name))));
            answers.onNext(answer.build());
        }

        @Override
        public void onError(Throwable failure) {
            // Envoy is gone.
        }

        @Override
        public void onCompleted() {
            answers.onCompleted();
        }
    }
}
