package dev.gatehouse.controller.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.identity.authority.CertificateAuthority;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

class DownloadsTest {
    @Test
    void authoritiesOfAPolicyAreTrustedBesideTheSystems() throws Exception {
        CertificateAuthority own = CertificateAuthority.create(Instant.now(), Duration.ofDays(1), new SecureRandom());
        KeyStore trusted = Downloads.trusted(own.keep().certificate());
        TrustManagerFactory system = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        system.init((KeyStore) null);
        X509Certificate[] publicOnes = Stream.of(system.getTrustManagers())
                .map(X509TrustManager.class::cast)
                .flatMap(each -> Arrays.stream(each.getAcceptedIssuers()))
                .toArray(X509Certificate[]::new);
        assertThat(publicOnes).isNotEmpty();
        assertThat(trusted.getCertificateAlias(own.certificate())).isNotNull();
        assertThat(Collections.list(trusted.aliases())).hasSize(publicOnes.length + 1);
        for (X509Certificate each : publicOnes) {
            assertThat(trusted.getCertificateAlias(each)).isNotNull();
        }
    }

    @Test
    void authoritiesWithoutACertificateDoNotLeaveTheSystemsAlone() {
        assertThatThrownBy(() -> Downloads.trusted("no certificate"))
                .hasMessage("there is no certificate (expected: at least one in PEM)");
    }
}
