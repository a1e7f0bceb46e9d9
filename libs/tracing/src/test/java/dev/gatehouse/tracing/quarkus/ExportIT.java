package dev.gatehouse.tracing.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.SpanCollector;
import dev.gatehouse.testkit.SpanCollector.Received;
import dev.gatehouse.tracing.Tracing;
import io.grpc.TlsServerCredentials;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What configuration switches on, and that spans arrive by both protocols. */
@Timeout(60)
class ExportIT {
    /** As in a service: the exporter's thread has no class loader by which Vert.x, on which gRPC's context is, could be loaded. */
    @BeforeAll
    static void loadVertx() {
        assertThat(Vertx.currentContext()).isNull();
    }

    private static SmallRyeConfig config(String... pairs) {
        Map<String, String> properties =
                new HashMap<>(Map.of("quarkus.application.name", "authz-svc", "quarkus.application.version", "1.2.3"));
        for (int i = 0; i < pairs.length; i += 2) {
            properties.put(pairs[i], pairs[i + 1]);
        }
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build();
    }

    /** As Quarkus maps it. */
    private record Read(SmallRyeConfig config) implements TracingConfig {
        @Override
        public Otlp otlp() {
            return new Otlp() {
                @Override
                public Optional<URI> endpoint() {
                    return config.getOptionalValue("gatehouse.tracing.otlp.endpoint", URI.class);
                }

                @Override
                public Optional<String> protocol() {
                    return config.getOptionalValue("gatehouse.tracing.otlp.protocol", String.class);
                }
            };
        }
    }

    private static Tracing tracing(SmallRyeConfig config) {
        return new Export(new Read(config), config).tracing();
    }

    private static boolean isOn(String... pairs) {
        SmallRyeConfig config = config(pairs);
        return Export.isOn(new Read(config), config);
    }

    private static Map<String, String> properties(String... pairs) {
        return Export.properties(new Read(config(pairs)));
    }

    @Test
    void anEndpointSwitchesSpansOn() {
        assertThat(isOn()).isFalse();
        assertThat(tracing(config())).isSameAs(Tracing.OFF);
        assertThat(isOn("gatehouse.tracing.otlp.endpoint", "http://collector:4317"))
                .isTrue();
        assertThat(isOn("otel.exporter.otlp.endpoint", "http://collector:4317")).isTrue();
        assertThat(isOn("otel.exporter.otlp.traces.endpoint", "http://collector:4318/v1/traces"))
                .isTrue();
        assertThat(isOn("otel.exporter.otlp.endpoint", "http://collector:4317", "otel.sdk.disabled", "TRUE"))
                .isFalse();
        assertThat(isOn("gatehouse.tracing.otlp.endpoint", "http://collector:4317", "otel.traces.exporter", "none"))
                .isFalse();
    }

    @Test
    void thePortDecidesTheProtocolAndTheProtocolThePort() {
        assertThat(properties("gatehouse.tracing.otlp.endpoint", "http://collector:4317"))
                .containsEntry("otel.exporter.otlp.protocol", "grpc");
        assertThat(properties("gatehouse.tracing.otlp.endpoint", "https://collector:4318"))
                .containsEntry("otel.exporter.otlp.protocol", "http/protobuf")
                .containsEntry("otel.exporter.otlp.endpoint", "https://collector:4318");
        assertThat(properties("gatehouse.tracing.otlp.endpoint", "http://collector"))
                .containsEntry("otel.exporter.otlp.endpoint", "http://collector:4317");
        assertThat(properties(
                        "gatehouse.tracing.otlp.endpoint",
                        "http://collector/otlp",
                        "gatehouse.tracing.otlp.protocol",
                        "http/protobuf"))
                .containsEntry("otel.exporter.otlp.endpoint", "http://collector:4318/otlp");
    }

    @Test
    void whatIsWrongIsNamed() {
        for (String wrong : List.of("collector:4317", "grpc://collector:4317", "http:/collector")) {
            assertThatThrownBy(() -> properties("gatehouse.tracing.otlp.endpoint", wrong))
                    .hasMessageContaining("gatehouse.tracing.otlp.endpoint: \"" + wrong + "\" (expected: an http");
        }
        assertThatThrownBy(() -> properties(
                        "gatehouse.tracing.otlp.endpoint",
                        "http://c:4317",
                        "gatehouse.tracing.otlp.protocol",
                        "thrift"))
                .hasMessageContaining("gatehouse.tracing.otlp.protocol: \"thrift\" (expected: grpc or http/protobuf)");
    }

    @Test
    void spansArriveByGrpcAndByHttp() throws Exception {
        List<Integer> ports = FreePorts.some(2);
        try (SpanCollector collector = SpanCollector.start(ports.get(0), ports.get(1))) {
            for (Map.Entry<Integer, String> each :
                    Map.of(ports.get(0), "grpc", ports.get(1), "http/protobuf").entrySet()) {
                SmallRyeConfig config = config(
                        "gatehouse.tracing.otlp.endpoint",
                        "http://127.0.0.1:" + each.getKey(),
                        "gatehouse.tracing.otlp.protocol",
                        each.getValue());
                Export export = new Export(new Read(config), config);
                export.tracing().root(each.getValue(), 1).end();
                // Ends with what is still to be sent.
                export.close();
            }
            assertThat(collector.spans()).extracting(Received::name).containsExactlyInAnyOrder("grpc", "http/protobuf");
            assertThat(collector.spans()).extracting(Received::service).containsOnly("authz-svc");
        }
    }

    /** OpenTelemetry reads these settings from system properties and the environment. */
    private static void with(Map<String, Path> files, Executable action) throws Throwable {
        files.forEach((name, file) -> System.setProperty("otel.exporter.otlp." + name, file.toString()));
        try {
            action.execute();
        } finally {
            files.keySet().forEach(name -> System.clearProperty("otel.exporter.otlp." + name));
        }
    }

    private static Path write(Path folder, String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void aCollectorMayHaveAnAuthorityOfItsOwnAndAskForACertificate(@TempDir Path folder) throws Throwable {
        CertificateAuthority authority =
                CertificateAuthority.create(Instant.now(), Duration.ofDays(1), new SecureRandom());
        Issued pair = authority.issue(
                new ProcessName.Service("collector"), List.of("localhost"), Instant.now(), Duration.ofHours(1));
        Path trusted = write(folder, "ca.crt", authority.keep().certificate());
        Path certificate = write(folder, "tls.crt", pair.certificate());
        Path key = write(folder, "tls.key", pair.key());
        List<Integer> ports = FreePorts.some(2);
        try (SpanCollector collector = SpanCollector.start(
                ports.get(0),
                ports.get(1),
                TlsServerCredentials.newBuilder()
                        .keyManager(certificate.toFile(), key.toFile())
                        .trustManager(trusted.toFile())
                        .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                        .build())) {
            SmallRyeConfig config = config("gatehouse.tracing.otlp.endpoint", "https://localhost:" + ports.get(0));
            Executable send = () -> {
                Export export = new Export(new Read(config), config);
                export.tracing().root("trusted", 1).end();
                export.close();
            };
            with(Map.of("certificate", trusted), send);
            assertThat(collector.spans()).as("without a certificate of its own").isEmpty();
            with(Map.of("certificate", trusted, "client.certificate", certificate, "client.key", key), send);
            assertThat(collector.spans()).extracting(Received::name).containsExactly("trusted");

            assertThatThrownBy(() -> with(Map.of("certificate", trusted, "client.certificate", certificate), send))
                    .hasMessageContaining("client certificate provided without client key");
            assertThatThrownBy(() -> with(Map.of("certificate", folder.resolve("none")), send))
                    .hasMessageContaining(folder.resolve("none").toString());
        }
    }
}
