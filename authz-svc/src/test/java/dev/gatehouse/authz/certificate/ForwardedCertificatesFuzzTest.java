package dev.gatehouse.authz.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Optional;

/** Whatever a proxy sends: the parser does not throw, and what it finds has a whole hash. */
class ForwardedCertificatesFuzzTest {
    private static final ClientCertificate PROXY =
            new ClientCertificate(Optional.empty(), List.of(), List.of(), List.of(), "0".repeat(64));

    @FuzzTest
    void aHeaderIsReadOrNot(FuzzedDataProvider data) {
        ForwardedCertificates.parse(data.consumeRemainingAsString())
                .flatMap(forwarded -> forwarded.of(PROXY))
                .ifPresent(found -> assertThat(found.fingerprint()).matches("[0-9a-f]{64}"));
    }
}
