package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.backend.TelemetryClusters;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import dev.gatehouse.testkit.RealEnvoy;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Metrics that the real Envoy sends to a collector behind TLS, with the bootstrap of a fleet and the clusters that it gets. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MetricsSinkIT {
    private static final String COLLECTOR = "203.0.113.9";
    private static final String NAME = "collector.internal";

    /** @param received the calls that have come: what their header "tenant" was */
    private record Collector(Server server, BlockingQueue<String> received) implements AutoCloseable {
        private static final Metadata.Key<String> TENANT = Metadata.Key.of("tenant", Metadata.ASCII_STRING_MARSHALLER);

        static Collector start(Issued certificate) throws IOException {
            BlockingQueue<String> received = new LinkedBlockingQueue<>();
            MethodDescriptor<byte[], byte[]> export = MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("opentelemetry.proto.collector.metrics.v1.MetricsService/Export")
                    .setRequestMarshaller(new Bytes())
                    .setResponseMarshaller(new Bytes())
                    .build();
            ServerServiceDefinition service = ServerServiceDefinition.builder(
                            "opentelemetry.proto.collector.metrics.v1.MetricsService")
                    .addMethod(export, ServerCalls.asyncUnaryCall((_, answer) -> {
                        answer.onNext(new byte[0]);
                        answer.onCompleted();
                    }))
                    .build();
            ServerInterceptor tenant = new ServerInterceptor() {
                @Override
                public <T, R> ServerCall.Listener<T> interceptCall(
                        ServerCall<T, R> call, Metadata headers, ServerCallHandler<T, R> next) {
                    received.add(String.valueOf(headers.get(TENANT)));
                    return next.startCall(call, headers);
                }
            };
            Server server = NettyServerBuilder.forAddress(
                            new InetSocketAddress("127.0.0.1", 0),
                            TlsServerCredentials.create(stream(certificate.certificate()), stream(certificate.key())))
                    .addService(ServerInterceptors.intercept(service, tenant))
                    .build()
                    .start();
            return new Collector(server, received);
        }

        private static InputStream stream(String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void close() {
            server.shutdownNow();
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void goToABackendByTlsAsABackendTlsPolicySays(@TempDir Path folder) throws Exception {
        CertificateAuthority authority =
                CertificateAuthority.create(Instant.now(), Duration.ofDays(1), new SecureRandom());
        Issued certificate =
                authority.issue(new ProcessName.Service("collector"), List.of(NAME), Instant.now(), Duration.ofDays(1));
        try (Collector collector = Collector.start(certificate)) {
            OfflineTranslation translation = FleetGolden.translate(objects(
                    folder, authority.keep().certificate(), collector.server().getPort()));
            assertThat(translation.problems()).isEmpty();
            try (RealEnvoy envoy = FleetEnvoy.start(
                    translation,
                    folder,
                    // Of the clusters, the sink's alone.
                    id -> !id.typeUrl().equals(TypeUrls.LISTENER)
                            && (!id.typeUrl().equals(TypeUrls.CLUSTER)
                                    || id.name().equals(TelemetryClusters.metrics(0))),
                    text -> text.replace(COLLECTOR, "127.0.0.1"),
                    "")) {
                envoy.awaitReady();
                assertThat(collector.received().poll(1, TimeUnit.MINUTES))
                        .as(() -> String.join("\n", envoy.log()))
                        .isEqualTo("a");
            }
        }
    }

    private static Path objects(Path folder, String authority, int port) throws IOException {
        return Files.writeString(folder.resolve("in.yaml"), """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: gatehouse
                  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy}}
                  listeners:
                  - {name: http, protocol: HTTP, port: 80}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: proxy, namespace: default}
                spec:
                  telemetry:
                    metrics:
                      sinks:
                      - type: OpenTelemetry
                        openTelemetry:
                          backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: outside, namespace: monitoring}]
                          headers: [{name: tenant, value: a}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: outside, namespace: monitoring}
                spec:
                  endpoints: [{ip: {address: %s, port: %d}}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: BackendTLSPolicy
                metadata: {name: outside, namespace: monitoring}
                spec:
                  targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: outside}]
                  validation: {hostname: %s, caCertificateRefs: [{group: "", kind: ConfigMap, name: authority}]}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: authority, namespace: monitoring}
                data:
                  ca.crt: |
                %s
                """.formatted(
                        COLLECTOR, port, NAME, authority.strip().indent(4)));
    }
}
