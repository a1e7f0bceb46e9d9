package dev.gatehouse.identity.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificatePlan.AuthorityState;
import dev.gatehouse.identity.authority.CertificatePlan.Kept;
import dev.gatehouse.identity.authority.CertificatePlan.KeptAuthority;
import dev.gatehouse.identity.authority.CertificatePlan.Wanted;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CertificatePlanTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(200);
    private static final Duration LIFE = Duration.ofDays(30);

    private final CertificatePlan plan = new CertificatePlan(AUTHORITY_LIFE, LIFE, new SecureRandom());
    private final Map<String, Wanted> wanted = Map.of(
            "xds", new Wanted(new ProcessName.Service("xds-svc"), List.of("envoy-gateway")),
            "fleet", new Wanted(new ProcessName.Fleet("a/one"), List.of()));

    private KeptAuthority firstAuthority() throws GeneralSecurityException {
        return plan.authority(Optional.empty(), START).kept();
    }

    @Test
    void everyConnectionIsBelievedThroughYearsOfRotation() throws GeneralSecurityException {
        Optional<KeptAuthority> authority = Optional.empty();
        Map<String, Kept> kept = new HashMap<>();
        Map<String, Kept> yesterday = Map.of();
        int authorities = 0;
        PublicKey signing = null;
        for (int day = 0; day < 1000; day++) {
            Instant now = START.plus(Duration.ofDays(day));
            AuthorityState state = plan.authority(authority, now);
            authority = Optional.of(state.kept());
            kept.putAll(plan.renewals(state.kept(), wanted, kept, now));

            PublicKey signer = Pem.certificates(state.kept().signing().certificate())
                    .getFirst()
                    .getPublicKey();
            if (!signer.equals(signing)) {
                authorities++;
                signing = signer;
            }
            for (Kept shown : kept.values()) {
                for (Kept believer : kept.values()) {
                    assertBelieved(shown, believer, now);
                }
                // Whoever has not noticed what was written today believes it too.
                for (Kept believer : yesterday.values()) {
                    assertBelieved(shown, believer, now);
                }
            }
            for (Kept shown : yesterday.values()) {
                for (Kept believer : kept.values()) {
                    assertBelieved(shown, believer, now);
                }
            }
            yesterday = Map.copyOf(kept);
        }
        assertThat(authorities).isBetween(6, 8);
        assertThat(Pem.certificates(Objects.requireNonNull(kept.get("xds")).authorities()))
                .hasSizeLessThanOrEqualTo(3);
    }

    private static void assertBelieved(Kept shown, Kept believer, Instant now) throws GeneralSecurityException {
        X509Certificate certificate = Pem.certificates(shown.certificate()).getFirst();
        certificate.checkValidity(Date.from(now));
        boolean believed = false;
        for (X509Certificate authority : Pem.certificates(believer.authorities())) {
            try {
                certificate.verify(authority.getPublicKey());
                authority.checkValidity(Date.from(now));
                believed = true;
            } catch (GeneralSecurityException e) {
                // Another authority's.
            }
        }
        assertThat(believed).as("believed at %s", now).isTrue();
    }

    @Test
    void whatIsGoodStaysAsItIs() throws GeneralSecurityException {
        KeptAuthority authority = firstAuthority();
        Map<String, Kept> kept = plan.renewals(authority, wanted, Map.of(), START);
        Instant later = START.plus(Duration.ofDays(10));

        AuthorityState state = plan.authority(Optional.of(authority), later);
        assertThat(state.changed()).isFalse();
        assertThat(plan.renewals(state.kept(), wanted, kept, later)).isEmpty();
    }

    @Test
    void aCertificateWithOtherNamesOrUnreadableIsMadeAnew() throws GeneralSecurityException {
        KeptAuthority authority = firstAuthority();
        Map<String, Kept> kept = new HashMap<>(plan.renewals(authority, wanted, Map.of(), START));
        Map<String, Wanted> renamed = new HashMap<>(wanted);
        renamed.put("xds", new Wanted(new ProcessName.Service("xds-svc"), List.of("envoy-gateway", "another")));
        assertThat(plan.renewals(authority, renamed, kept, START)).containsOnlyKeys("xds");

        Kept good = Objects.requireNonNull(kept.get("fleet"));
        kept.put("fleet", new Kept(good.certificate(), "no key", good.authorities()));
        assertThat(plan.renewals(authority, wanted, kept, START)).containsOnlyKeys("fleet");
    }

    @Test
    void anAuthorityThatCannotBeReadIsNotReplacedInSilence() throws GeneralSecurityException {
        KeptAuthority authority = firstAuthority();
        KeptAuthority broken = new KeptAuthority(
                new Issued("nonsense", authority.signing().key()), Optional.empty(), authority.authorities());
        assertThatThrownBy(() -> plan.authority(Optional.of(broken), START))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("no certificate");
    }
}
