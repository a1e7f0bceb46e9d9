package dev.gatehouse.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import dev.gatehouse.testkit.Await;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real gRPC server and real channels on loopback; the service answers with the caller's name. */
class MutualTlsTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final MethodDescriptor<String, String> WHO = method(MethodType.UNARY, "test/Who");
    private static final MethodDescriptor<String, String> ECHO = method(MethodType.BIDI_STREAMING, "test/Echo");

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final TransportCredentials serverSide = new TransportCredentials();
    private CertificateAuthority authority;
    private Server server;

    private static MethodDescriptor<String, String> method(MethodType type, String name) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName(name)
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeEach
    void serve() throws Exception {
        authority = CertificateAuthority.create(Instant.now(), DAY, new SecureRandom());
        ServerServiceDefinition service = ServerServiceDefinition.builder("test")
                .addMethod(WHO, ServerCalls.asyncUnaryCall((request, responses) -> {
                    responses.onNext(Caller.current().map(Object::toString).orElse("nobody"));
                    responses.onCompleted();
                }))
                .addMethod(ECHO, ServerCalls.asyncBidiStreamingCall(responses -> new StreamObserver<>() {
                    @Override
                    public void onNext(String value) {
                        responses.onNext(value);
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onCompleted() {
                        responses.onCompleted();
                    }
                }))
                .build();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(serverSide.server())
                .addService(ServerInterceptors.intercept(service, Caller.interceptor()))
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        server.shutdownNow();
    }

    private KeyMaterial material(CertificateAuthority issuer, ProcessName name, String... dnsNames)
            throws GeneralSecurityException {
        Issued issued = issuer.issue(name, List.of(dnsNames), Instant.now(), DAY);
        return KeyMaterial.ofPem(
                issued.certificate(), issued.key(), authority.keep().certificate());
    }

    private TransportCredentials client(KeyMaterial material) throws GeneralSecurityException {
        TransportCredentials credentials = new TransportCredentials();
        credentials.use(material);
        return credentials;
    }

    private ManagedChannel channel(ChannelCredentials credentials) {
        ManagedChannel channel = Grpc.newChannelBuilder("localhost:" + server.getPort(), credentials)
                .build();
        channels.add(channel);
        return channel;
    }

    private static String ask(ManagedChannel channel) {
        return ClientCalls.blockingUnaryCall(
                channel, WHO, CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS), "who am I");
    }

    @Test
    void theServiceKnowsItsCallerByTheNameInTheCertificate() throws Exception {
        serverSide.use(material(authority, new ProcessName.Service("xds-svc"), "localhost"));
        TransportCredentials proxy = client(material(authority, new ProcessName.Fleet("httpbin/dedicated-gateway")));

        assertThat(ask(channel(proxy.client()))).isEqualTo("spiffe://gatehouse/fleet/httpbin/dedicated-gateway");
    }

    @Test
    void whoHasNoCertificateOrAnotherAuthoritysIsRefused() throws Exception {
        serverSide.use(material(authority, new ProcessName.Service("xds-svc"), "localhost"));
        CertificateAuthority stranger = CertificateAuthority.create(Instant.now(), DAY, new SecureRandom());

        assertThatThrownBy(() -> ask(channel(InsecureChannelCredentials.create())))
                .isInstanceOf(StatusRuntimeException.class);
        TransportCredentials foreign = client(material(stranger, new ProcessName.Service("xds-svc")));
        assertThatThrownBy(() -> ask(channel(foreign.client())))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }

    @Test
    void aServerWithAnotherNameThanTheOneAskedForIsNotBelieved() throws Exception {
        serverSide.use(material(authority, new ProcessName.Service("xds-svc"), "envoy-gateway"));
        TransportCredentials proxy = client(material(authority, new ProcessName.Fleet("a/one")));

        assertThatThrownBy(() -> ask(channel(proxy.client()))).isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void aNewCertificateIsUsedByNewConnectionsAndEndsNoStream(@TempDir Path folder) throws Exception {
        write(folder, authority.issue(new ProcessName.Service("xds-svc"), List.of("localhost"), Instant.now(), DAY));
        try (KeyDirectory directory = KeyDirectory.open(folder, serverSide, Duration.ofMillis(20))) {
            assertThat(directory).isNotNull();
            TransportCredentials before = client(material(authority, new ProcessName.Fleet("a/one")));
            List<String> received = new CopyOnWriteArrayList<>();
            StreamObserver<String> stream = open(channel(before.client()), received);
            stream.onNext("before");
            Await.until(() -> received.contains("before"), Duration.ofSeconds(10), received::toString);

            // Another authority altogether: who is connected stays so, who comes anew has to believe the new one.
            authority = CertificateAuthority.create(Instant.now(), DAY, new SecureRandom());
            write(
                    folder,
                    authority.issue(new ProcessName.Service("xds-svc"), List.of("localhost"), Instant.now(), DAY));
            TransportCredentials after = client(material(authority, new ProcessName.Fleet("a/two")));
            Await.until(
                    () -> ask(channel(after.client())).endsWith("a/two"),
                    Duration.ofSeconds(10),
                    () -> "the new authority is not believed");
            assertThatThrownBy(() -> ask(channel(before.client()))).isInstanceOf(StatusRuntimeException.class);

            stream.onNext("after");
            Await.until(() -> received.contains("after"), Duration.ofSeconds(10), received::toString);

            // What is broken changes nothing.
            Files.writeString(folder.resolve("tls.key"), "nonsense");
            assertThat(ask(channel(after.client()))).endsWith("a/two");
        }
    }

    private void write(Path folder, Issued issued) throws Exception {
        Files.writeString(folder.resolve("tls.crt"), issued.certificate());
        Files.writeString(folder.resolve("tls.key"), issued.key());
        Files.writeString(folder.resolve("ca.crt"), authority.keep().certificate());
    }

    private static StreamObserver<String> open(ManagedChannel channel, List<String> received) {
        return ClientCalls.asyncBidiStreamingCall(channel.newCall(ECHO, CallOptions.DEFAULT), new StreamObserver<>() {
            @Override
            public void onNext(String value) {
                received.add(value);
            }

            @Override
            public void onError(Throwable failure) {
                received.add(failure.toString());
            }

            @Override
            public void onCompleted() {
                received.add("completed");
            }
        });
    }
}
