package dev.gatehouse.authz.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.authz.certificate.CertificateIdentity.Identity;
import dev.gatehouse.authz.policy.Reason;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.request.Sender;
import dev.gatehouse.authz.token.Claims;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are known by their certificates: of the connection, or by the word of a proxy that the policy trusts. */
final class CertificateIdentityTest {
    /** O=Gatehouse, CN=alice; DNS:alice.test, URI:spiffe://test/alice. */
    private static final String ALICE = certificate("alice");

    private static final String MALLORY = certificate("mallory");

    /** As the one of a proxy in front. */
    private static final String PROXY = certificate("server");

    private static final Match PROXIES = dns("example.test");

    private static String certificate(String name) {
        try {
            String pem = Files.readString(Path.of("../standalone/src/test/resources/clients", name + ".crt"));
            return URLEncoder.encode(pem, StandardCharsets.US_ASCII).replace("+", "%20");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String hash(String certificate) {
        return Certificates.certificate(certificate).orElseThrow().fingerprint();
    }

    private static Match dns(String name) {
        return new Match(List.of(), List.of(), List.of(name), List.of(), List.of(), List.of());
    }

    private static Match uri(String uri) {
        return new Match(List.of(), List.of(), List.of(), List.of(uri), List.of(), List.of());
    }

    private static Match subject(String name) {
        return new Match(List.of(new X500Principal(name)), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    private static Verdict ask(
            List<Match> allowed, Identity identity, String certificate, Map<String, String> headers) {
        return new CertificateIdentity(
                        new CertificateIdentity.Settings(false, allowed, identity, Optional.of("x-client")),
                        new Certificates(List.of(PROXIES)))
                .check(new HttpRequest(
                        "GET", "a", "/", headers, "", new Sender("", "", "", "", certificate, Claims.NONE)))
                .toCompletableFuture()
                .join();
    }

    private static Verdict forwarded(String certificate, String header) {
        return ask(List.of(), Identity.COMMON_NAME, certificate, Map.of("x-forwarded-client-cert", header));
    }

    private static Optional<String> name(Verdict verdict) {
        return verdict instanceof Verdict.Passed passed ? Optional.of(passed.identity()) : Optional.empty();
    }

    @ParameterizedTest
    @CsvSource({
        "SUBJECT, 'CN=alice,O=Gatehouse'",
        "COMMON_NAME, alice",
        "DNS_NAME, alice.test",
        "URI, spiffe://test/alice",
    })
    void aClientHasTheNameThatThePolicyTakesOfItsCertificate(Identity identity, String name) {
        Verdict verdict = ask(List.of(), identity, ALICE, Map.of());
        assertThat(name(verdict)).contains(name);
        assertThat(((Verdict.Passed) verdict).changes().set()).containsEntry("x-client", name);
        assertThat(((Verdict.Passed) verdict).changes().tokens().get(CertificateIdentity.PROVIDER))
                .containsEntry("sub", name)
                .containsEntry("fingerprint", hash(ALICE))
                .containsEntry("dns_names", List.of("alice.test"));
    }

    @Test
    void whoShowsNoCertificateOrOneWithoutTheNameIsNobody() {
        assertThat(ask(List.of(), Identity.SUBJECT, "", Map.of()))
                .isEqualTo(new Verdict.Denied(Reason.CERTIFICATE_MISSING, Optional.empty(), Optional.empty()));
        assertThat(ask(List.of(), Identity.SUBJECT, "-----BEGIN CERTIFICATE-----%0Ax", Map.of()))
                .isInstanceOf(Verdict.Denied.class);
        assertThat(ask(List.of(), Identity.EMAIL, ALICE, Map.of()))
                .isEqualTo(new Verdict.Denied(Reason.CERTIFICATE_NAMELESS, Optional.empty(), Optional.empty()));
    }

    @Test
    void anotherCertificateOfTheSameAuthorityIsNotAllowed() {
        for (Match each : List.of(
                subject("CN=alice,O=Gatehouse"),
                subject("cn=ALICE, o=gatehouse"),
                dns("alice.test"),
                uri("spiffe://test/alice"),
                uri("spiffe://test/*"),
                new Match(List.of(), List.of("alice"), List.of(), List.of(), List.of(), List.of(hash(ALICE))))) {
            assertThat(name(ask(List.of(each), Identity.COMMON_NAME, ALICE, Map.of())))
                    .as(each.toString())
                    .contains("alice");
            assertThat(ask(List.of(each), Identity.COMMON_NAME, MALLORY, Map.of()))
                    .as(each.toString())
                    .isEqualTo(new Verdict.Denied(
                            Reason.CERTIFICATE_NOT_ALLOWED, Optional.empty(), Optional.of("mallory")));
        }
        assertThat(ask(List.of(subject("O=Gatehouse,CN=alice")), Identity.COMMON_NAME, ALICE, Map.of()))
                .as("another order is another name")
                .isInstanceOf(Verdict.Denied.class);
    }

    @ParameterizedTest
    @CsvSource({
        "spiffe://test/shop/*, spiffe://test/shopping/a, false",
        "spiffe://test/shop/*, spiffe://test/shop/, false",
        "spiffe://test/shop/*, spiffe://test/shop/a, true",
        "spiffe://test/shop/*, spiffe://test/shop/a/b, true",
        "spiffe://test/shop/*, spiffe://test/shop/../admin, false",
        "spiffe://test/shop/*, spiffe://test/shop/%2e%2e/admin, false",
        "spiffe://test/shop/*, spiffe://test.evil/shop/a, false",
    })
    void anIdBelowAPathIsBelowThatPath(String wanted, String shown, boolean matches) {
        assertThat(uri(wanted)
                        .matches(new ClientCertificate(
                                Optional.empty(), List.of(), List.of(shown), List.of(), "0".repeat(64))))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "*.example.com, a.example.com, true",
        "*.example.com, A.Example.com, true",
        "*.example.com, a.b.example.com, false",
        "*.example.com, example.com, false",
        "*.example.com, *.example.com, false",
        "a.example.com, *.example.com, false",
        "a.example.com, a.example.com.evil, false",
    })
    void aNameBelowADomainHasOneMoreLabel(String wanted, String shown, boolean matches) {
        assertThat(dns(wanted)
                        .matches(new ClientCertificate(
                                Optional.empty(), List.of(shown), List.of(), List.of(), "0".repeat(64))))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "@corp.example, ann@corp.example, true",
        "@corp.example, a@evil@corp.example, false",
        "@corp.example, ann@corp.example.evil, false",
        "@corp.example, @corp.example, false"
    })
    void anAddressOfADomainHasOneAt(String wanted, String shown, boolean matches) {
        assertThat(new Match(List.of(), List.of(), List.of(), List.of(), List.of(wanted), List.of())
                        .matches(new ClientCertificate(
                                Optional.empty(), List.of(), List.of(), List.of(shown), "0".repeat(64))))
                .isEqualTo(matches);
    }

    @Test
    void theWordOfATrustedProxyCounts() {
        assertThat(name(forwarded(PROXY, "By=x;Hash=" + hash(ALICE) + ";Cert=\"" + ALICE + "\"")))
                .contains("alice");
        assertThat(name(forwarded(
                        PROXY,
                        "Hash=" + hash(MALLORY) + ";Cert=\"" + MALLORY + "\",Hash=" + hash(ALICE) + ";Cert=\"" + ALICE
                                + "\"")))
                .as("the nearest proxy's word is the last")
                .contains("alice");
        assertThat(name(forwarded(
                        PROXY,
                        "Hash=" + hash(ALICE) + ";Cert=\"" + ALICE + "\",By=y;Hash=" + hash(PROXY)
                                + ";Subject=\"CN=server,O=Gatehouse\"")))
                .as("what this Gateway has added about the proxy is passed over")
                .contains("alice");
    }

    @Test
    void aClientsOwnHeaderCountsForNothing() {
        String claimed = "Hash=" + hash(ALICE) + ";Cert=\"" + ALICE + "\"";
        assertThat(name(forwarded(MALLORY, claimed))).contains("mallory");
        assertThat(forwarded("", claimed)).isInstanceOf(Verdict.Denied.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "Hash=PROXY",
                "Cert=\"ALICE",
                "Hash=MALLORYHASH;Cert=\"ALICE\"",
                "Hash=;Cert=\"ALICE\"",
                "Hash=ALICEHASH;Hash=ALICEHASH;Cert=\"ALICE\"",
                "Cert=\"ALICE\";Cert=\"MALLORY\"",
                "Hash=ALICEHASH;Cert=\"x\"",
                "Hash=ALICEHASH;Subject=\"CN=alice,O=Gatehouse\"",
                "Hash=ALICEHASH;DNS=alice.test;CN=alice",
            })
    void whatATrustedProxySaysOddlyNamesNobody(String header) {
        String written = header.replace("ALICEHASH", hash(ALICE))
                .replace("MALLORYHASH", hash(MALLORY))
                .replace("PROXY", hash(PROXY))
                .replace("ALICE", ALICE)
                .replace("MALLORY", MALLORY);
        assertThat(forwarded(PROXY, written)).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void withoutTheCertificateItsHashAloneIsKnown() {
        Map<String, String> header = Map.of(
                "x-forwarded-client-cert",
                "Hash=" + hash(ALICE).toUpperCase(java.util.Locale.ROOT) + ";Subject=\"CN=root\"");
        assertThat(name(ask(List.of(), Identity.FINGERPRINT, PROXY, header))).contains(hash(ALICE));
        assertThat(name(ask(List.of(), Identity.SUBJECT, PROXY, header))).isEmpty();
    }
}
