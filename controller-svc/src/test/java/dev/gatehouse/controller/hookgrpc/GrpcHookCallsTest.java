package dev.gatehouse.controller.hookgrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.extension.v1.EnvoyGatewayExtensionGrpc;
import dev.gatehouse.api.extension.v1.PostClusterModifyRequest;
import dev.gatehouse.api.extension.v1.PostClusterModifyResponse;
import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Address;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.controller.hook.HookFailure;
import dev.gatehouse.gatewayapi.Bytes;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.identity.KeyMaterial;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.TransportCredentials;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import dev.gatehouse.testkit.Await;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GrpcHookCallsTest {
    private static final PostClusterModifyRequest REQUEST = PostClusterModifyRequest.newBuilder()
            .setCluster(Cluster.newBuilder().setName("bucket"))
            .build();

    private final GrpcHookCalls calls = new GrpcHookCalls(Duration.ofSeconds(2));
    private final List<Server> servers = new ArrayList<>();
    private final Extension extension = new Extension();

    private static final class Extension extends EnvoyGatewayExtensionGrpc.EnvoyGatewayExtensionImplBase {
        private final AtomicInteger asked = new AtomicInteger();
        private volatile int failures;
        private volatile Status failure = Status.UNAVAILABLE;
        private volatile int bytes = 1;

        @Override
        public void postClusterModify(
                PostClusterModifyRequest request, StreamObserver<PostClusterModifyResponse> response) {
            if (asked.incrementAndGet() <= failures) {
                response.onError(failure.withDescription("not now").asRuntimeException());
                return;
            }
            response.onNext(PostClusterModifyResponse.newBuilder()
                    .setCluster(request.getCluster().toBuilder().setAltStatName("x".repeat(bytes)))
                    .build());
            response.onCompleted();
        }
    }

    @AfterEach
    void stop() {
        calls.close();
        servers.forEach(Server::shutdownNow);
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private int serve(int port) throws Exception {
        Server server = NettyServerBuilder.forAddress(loopback(port))
                .addService(extension)
                .build()
                .start();
        servers.add(server);
        return server.getPort();
    }

    private static ExtensionServer at(Address address, OptionalInt bytes, ExtensionServer.Retry retry) {
        return new ExtensionServer(
                "marker",
                List.of(),
                List.of(),
                List.of(),
                Set.of(Hook.Cluster),
                Set.of(),
                new ExtensionServer.Service(address, Optional.empty(), retry),
                false,
                bytes);
    }

    private ExtensionServer use(ExtensionServer server) {
        calls.use(new ExtensionServers(List.of(server)), _ -> Optional.empty());
        return server;
    }

    private String ask(ExtensionServer server) throws HookFailure, InterruptedException {
        return ((PostClusterModifyResponse) calls.call(server, Hook.Cluster, REQUEST))
                .getCluster()
                .getAltStatName();
    }

    @Test
    void aServerAnswers() throws Exception {
        ExtensionServer server =
                use(at(new Address.Host("127.0.0.1", serve(0)), OptionalInt.empty(), ExtensionServer.Retry.DEFAULT));
        assertThat(ask(server)).isEqualTo("x");
    }

    @Test
    void aServerAnswersOnAUnixSocket(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("s");
        EventLoopGroup loops = new NioEventLoopGroup(1);
        servers.add(NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .addService(extension)
                .build()
                .start());
        ExtensionServer server =
                use(at(new Address.Unix(socket.toString()), OptionalInt.empty(), ExtensionServer.Retry.DEFAULT));
        assertThat(ask(server)).isEqualTo("x");
        loops.shutdownGracefully();
    }

    @Test
    void aCallIsTriedAgainAsTheConfigurationSays() throws Exception {
        extension.failures = 2;
        Address address = new Address.Host("127.0.0.1", serve(0));
        ExtensionServer.Retry quick =
                new ExtensionServer.Retry(3, Duration.ofMillis(1), Duration.ofMillis(5), 2, Set.of("UNAVAILABLE"));
        assertThat(ask(use(at(address, OptionalInt.empty(), quick)))).isEqualTo("x");
        assertThat(extension.asked).hasValue(3);

        extension.asked.set(0);
        extension.failure = Status.INTERNAL;
        ExtensionServer server = at(address, OptionalInt.empty(), quick);
        assertThatThrownBy(() -> ask(server))
                .isInstanceOf(HookFailure.class)
                .hasMessageContaining("INTERNAL (not now)")
                .hasMessageContaining("127.0.0.1");
        assertThat(extension.asked).hasValue(1);
    }

    @Test
    void whatIsTooLargeIsAFailureAndNoWait() throws Exception {
        Address address = new Address.Host("127.0.0.1", serve(0));
        ExtensionServer small = use(at(address, OptionalInt.of(5), ExtensionServer.Retry.DEFAULT));
        assertThatThrownBy(() -> ask(small))
                .hasMessageContaining("the request has")
                .hasMessageContaining("maxMessageSize");
        extension.bytes = 1000;
        GrpcHookCalls others = new GrpcHookCalls(Duration.ofSeconds(5));
        ExtensionServer medium = at(address, OptionalInt.of(500), ExtensionServer.Retry.DEFAULT);
        others.use(new ExtensionServers(List.of(medium)), _ -> Optional.empty());
        assertThatThrownBy(() -> others.call(medium, Hook.Cluster, REQUEST)).hasMessageContaining("RESOURCE_EXHAUSTED");
        others.close();
    }

    @Test
    void aServerThatComesBackIsHeardOf() throws Exception {
        AtomicInteger again = new AtomicInteger();
        calls.onReconnect(again::incrementAndGet);
        int port = serve(0);
        ExtensionServer server = use(at(
                new Address.Host("127.0.0.1", port),
                OptionalInt.empty(),
                new ExtensionServer.Retry(1, Duration.ofMillis(1), Duration.ofMillis(5), 2, Set.of("UNAVAILABLE"))));
        assertThat(ask(server)).isEqualTo("x");
        assertThat(again).hasValue(0);

        servers.removeFirst().shutdownNow().awaitTermination();
        assertThatThrownBy(() -> ask(server)).hasMessageContaining("UNAVAILABLE");
        serve(port);
        AtomicInteger tries = new AtomicInteger();
        Await.orSilent(
                () -> {
                    tries.incrementAndGet();
                    try {
                        return ask(server).equals("x") && again.get() > 0;
                    } catch (HookFailure e) {
                        return false;
                    }
                },
                extension.asked::get,
                () -> "asked " + tries + " times");
    }

    @Test
    void aServerProvesItsNameAndIsShownACertificate() throws Exception {
        CertificateAuthority authority =
                CertificateAuthority.create(Instant.now(), Duration.ofDays(1), new SecureRandom());
        Server tls = NettyServerBuilder.forAddress(loopback(0))
                .sslContext(
                        credentials(issued(authority, "localhost"), authority).server())
                .addService(extension)
                .build()
                .start();
        servers.add(tls);
        ObjectReference ca = new ObjectReference("", "Secret", Optional.empty(), "ca");
        ObjectReference own = new ObjectReference("", "Secret", Optional.empty(), "own");
        ExtensionServer server = new ExtensionServer(
                "marker",
                List.of(),
                List.of(),
                List.of(),
                Set.of(Hook.Cluster),
                Set.of(),
                new ExtensionServer.Service(
                        new Address.Host("localhost", tls.getPort()),
                        Optional.of(new ExtensionServer.Tls(ca, Optional.of(own))),
                        new ExtensionServer.Retry(1, Duration.ofMillis(1), Duration.ofMillis(5), 2, Set.of())),
                false,
                OptionalInt.empty());
        CertificateAuthority other = CertificateAuthority.create(Instant.now(), Duration.ofDays(1), new SecureRandom());
        for (CertificateAuthority believed : List.of(other, authority)) {
            Map<ObjectReference, Secret> secrets =
                    Map.of(ca, secret(believed.keep()), own, secret(issued(authority, "controller")));
            calls.use(new ExtensionServers(List.of(server)), ref -> Optional.ofNullable(secrets.get(ref)));
            if (believed == other) {
                assertThatThrownBy(() -> ask(server)).hasMessageContaining("UNAVAILABLE");
            } else {
                assertThat(ask(server)).isEqualTo("x");
            }
        }
    }

    private static Issued issued(CertificateAuthority authority, String name) throws GeneralSecurityException {
        return authority.issue(new ProcessName.Service(name), List.of(name), Instant.now(), Duration.ofDays(1));
    }

    private static Secret secret(Issued issued) {
        return new Secret(
                "kubernetes.io/tls",
                Map.of(
                        "tls.crt", new Bytes(issued.certificate().getBytes(StandardCharsets.US_ASCII)),
                        "tls.key", new Bytes(issued.key().getBytes(StandardCharsets.US_ASCII))));
    }

    private static TransportCredentials credentials(Issued issued, CertificateAuthority authority)
            throws GeneralSecurityException {
        TransportCredentials credentials = new TransportCredentials();
        credentials.use(KeyMaterial.ofPem(
                issued.certificate(), issued.key(), authority.keep().certificate()));
        return credentials;
    }

    @Test
    void withoutTheSecretNobodyIsAsked() {
        ObjectReference reference = new ObjectReference("", "Secret", Optional.empty(), "ca");
        ExtensionServer server = new ExtensionServer(
                "marker",
                List.of(),
                List.of(),
                List.of(),
                Set.of(Hook.Cluster),
                Set.of(),
                new ExtensionServer.Service(
                        new Address.Host("127.0.0.1", 1),
                        Optional.of(new ExtensionServer.Tls(reference, Optional.empty())),
                        ExtensionServer.Retry.DEFAULT),
                false,
                OptionalInt.empty());
        use(server);
        assertThatThrownBy(() -> ask(server)).hasMessage("Secret ca is not there");
        calls.use(
                new ExtensionServers(List.of(server)),
                _ -> Optional.of(new Secret("Opaque", Map.of("other", new Bytes(new byte[0])))));
        assertThatThrownBy(() -> ask(server)).hasMessageContaining("has no \"tls.crt\"");
    }
}
