package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.events.ResourceId;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MeteredCertificatesTest {
    private static final String NAME = "gatehouse.certificate.expiry.timestamp";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MeteredCertificates certificates = new MeteredCertificates(meters);

    @Test
    void aSecretHasASeriesWhileItsCertificateIsServed() throws IOException {
        ResourceId id = id("certificate/tls/example-test");
        String pem = Files.readString(Path.of("..", "examples", "tls", "certificate.pem"));
        certificates.take(Map.of(id, Optional.of(secret(pem))));
        assertThat(meters.get(NAME).tag("secret", "tls/example-test").gauge().value())
                .isGreaterThan(Instant.parse("2100-01-01T00:00:00Z").getEpochSecond());
        certificates.take(Map.of(id, Optional.empty()));
        assertThat(meters.find(NAME).gauge()).isNull();
    }

    @Test
    void anUnreadableCertificateHasNone() {
        certificates.take(Map.of(id("certificate/tls/example-test"), Optional.of(secret("-----BEGIN"))));
        assertThat(meters.find(NAME).gauge()).isNull();
    }

    private static ResourceId id(String name) {
        return new ResourceId(
                "tls/front", "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret", name);
    }

    private static Output secret(String pem) {
        Secret secret = Secret.newBuilder()
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(DataSource.newBuilder().setInlineBytes(ByteString.copyFromUtf8(pem))))
                .build();
        return new Output(secret, true, Set.of());
    }
}
