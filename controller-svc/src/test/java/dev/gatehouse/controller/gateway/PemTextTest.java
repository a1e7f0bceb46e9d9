package dev.gatehouse.controller.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PemTextTest {
    private static final String CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBwTCCAWagAwIBAgIUTpffrfU9NRmsDI315LC6wCJQfQEwCgYIKoZIzj0EAwIw
            FzEVMBMGA1UEAwwMZXhhbXBsZS50ZXN0MCAXDTI2MTEyMzAzMjA1MVoYDzIxMjYx
            MDMwMDMyMDUxWjAXMRUwEwYDVQQDDAxleGFtcGxlLnRlc3QwWTATBgcqhkjOPQIB
            BggqhkjOPQMBBwNCAATfMCuizm++x4b9TYg60PsuOeWRSD4Qq6qi52gYi0zgqFJt
            dUx+jk6v2nfD3uJjvdYzDAduGupxy3+K3DH+Sgg9o4GNMIGKMB0GA1UdDgQWBBTI
            oAEDfhg0wuIHvGmxIux3KWhumjAfBgNVHSMEGDAWgBTIoAEDfhg0wuIHvGmxIux3
            KWhumjAPBgNVHRMBAf8EBTADAQH/MCcGA1UdEQQgMB6CDGV4YW1wbGUudGVzdIIO
            Ki5leGFtcGxlLnRlc3QwDgYDVR0PAQH/BAQDAgKEMAoGCCqGSM49BAMCA0kAMEYC
            IQD+Tr0i6OoVzptL++g6mrSjj0rI8Yz5qib6EGFEoORJbwIhAOAe8WTvC8LLuiD4
            syu5aVzvJ14N+p2otdPGWGB104Fl
            -----END CERTIFICATE-----
            """;

    @Test
    void whatIsPublishedHasItsMarkersWhereLinesBegin() {
        String indented = CERTIFICATE.lines().map(line -> "  " + line).collect(Collectors.joining("\r\n"));
        assertThat(PemText.canonical("\uFEFF" + indented + "\nsome text\n" + CERTIFICATE))
                .isEqualTo(CERTIFICATE + CERTIFICATE);
        assertThat(PemText.canonical(CERTIFICATE)).isEqualTo(CERTIFICATE);
    }

    @Test
    void everyCertificateOfAChainIsRead() throws GeneralSecurityException {
        assertThat(PemText.certificates(CERTIFICATE + CERTIFICATE)).hasSize(2);
        String cut = CERTIFICATE.substring(0, CERTIFICATE.length() / 2);
        assertThatThrownBy(() -> PemText.certificates(CERTIFICATE + cut))
                .hasMessageContaining("certificate 2 of 2 has no END CERTIFICATE");
        assertThatThrownBy(() -> PemText.certificates(CERTIFICATE + CERTIFICATE.replace("MIIBwTCC", "MIIBwTC")))
                .hasMessageContaining("certificate 2 of 2 cannot be read");
        assertThatThrownBy(() -> PemText.certificates("none")).hasMessageContaining("no BEGIN CERTIFICATE");
    }
}
