package dev.gatehouse.identity.authority;

import dev.gatehouse.identity.ProcessName;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which certificates an installation must issue, from the certificates that it has. Pure, except for the
 * generation of keys.
 *
 * <p>A certificate is made anew when a third of its life is left, when its names or its authority change, or when it
 * cannot be read. An authority of our own is followed by the next one before a fifth of its life is left: the next is
 * believed by all for {@link #ANNOUNCED} before it signs, and the one before is believed until it ends, so that no
 * connection is refused.
 */
public final class CertificatePlan {
    /** How long an authority is believed before it signs. */
    public static final Duration ANNOUNCED = Duration.ofDays(1);

    private final Duration authorityLife;
    private final Duration certificateLife;
    private final SecureRandom random;

    public CertificatePlan(Duration authorityLife, Duration certificateLife, SecureRandom random) {
        this.authorityLife = authorityLife;
        this.certificateLife = certificateLife;
        this.random = random;
    }

    /** A certificate that there should be. */
    public record Wanted(ProcessName name, List<String> dnsNames) {
        public Wanted {
            dnsNames = List.copyOf(dnsNames);
        }
    }

    /**
     * The stored form of a certificate, in PEM.
     *
     * @param authorities {@code ca.crt}: whom its owner believes
     */
    public record Kept(String certificate, String key, String authorities) {
        /** Never shows the key. */
        @Override
        public String toString() {
            return "Kept[" + certificate.length() + " characters of certificate]";
        }
    }

    /**
     * The stored form of the authority.
     *
     * @param signing the one that signs
     * @param next the one that will, and is only believed yet
     * @param authorities all that are believed, in PEM
     */
    public record KeptAuthority(Issued signing, Optional<Issued> next, String authorities) {}

    /** The authority to store, and whether it differs from the stored one. */
    public record AuthorityState(KeptAuthority kept, boolean changed) {}

    /**
     * The installation's own authority.
     *
     * @param kept empty: there is none yet
     * @throws GeneralSecurityException where what is kept cannot be read: it must not be replaced in silence
     */
    public AuthorityState authority(Optional<KeptAuthority> kept, Instant now) throws GeneralSecurityException {
        if (kept.isEmpty()) {
            CertificateAuthority first = CertificateAuthority.create(now, authorityLife, random);
            return new AuthorityState(
                    new KeptAuthority(first.keep(), Optional.empty(), Pem.of(first.certificate())), true);
        }
        KeptAuthority before = kept.get();
        Issued signing = before.signing();
        Optional<Issued> next = before.next();
        Instant end = open(signing).certificate().getNotAfter().toInstant();
        if (next.isPresent()) {
            boolean announced = open(next.get())
                    .certificate()
                    .getNotBefore()
                    .toInstant()
                    .plus(ANNOUNCED)
                    .isBefore(now);
            if (announced) {
                signing = next.get();
                next = Optional.empty();
            }
        } else if (now.isAfter(end.minus(authorityLife.dividedBy(5)))) {
            next = Optional.of(
                    CertificateAuthority.create(now, authorityLife, random).keep());
        }
        Set<X509Certificate> believed = new LinkedHashSet<>();
        believed.add(open(signing).certificate());
        if (next.isPresent()) {
            believed.add(open(next.get()).certificate());
        }
        for (X509Certificate each : Pem.certificates(before.authorities())) {
            if (each.getNotAfter().toInstant().isAfter(now)) {
                believed.add(each);
            }
        }
        KeptAuthority after = new KeptAuthority(signing, next, Pem.of(List.copyOf(believed)));
        return new AuthorityState(after, !after.equals(before));
    }

    /**
     * The certificates that have to be made or told of new authorities.
     *
     * @param kept those there are, by any key
     */
    public <K> Map<K, Kept> renewals(KeptAuthority authority, Map<K, Wanted> wanted, Map<K, Kept> kept, Instant now)
            throws GeneralSecurityException {
        CertificateAuthority signing = open(authority.signing());
        Map<K, Kept> renewals = new HashMap<>();
        for (Map.Entry<K, Wanted> each : wanted.entrySet()) {
            Kept before = kept.get(each.getKey());
            if (before == null || !good(before, each.getValue(), signing, now)) {
                Issued made =
                        signing.issue(each.getValue().name(), each.getValue().dnsNames(), now, certificateLife);
                renewals.put(each.getKey(), new Kept(made.certificate(), made.key(), authority.authorities()));
            } else if (!before.authorities().equals(authority.authorities())) {
                renewals.put(each.getKey(), new Kept(before.certificate(), before.key(), authority.authorities()));
            }
        }
        return renewals;
    }

    private boolean good(Kept kept, Wanted wanted, CertificateAuthority signing, Instant now) {
        try {
            List<X509Certificate> chain = Pem.certificates(kept.certificate());
            if (chain.isEmpty()) {
                return false;
            }
            X509Certificate certificate = chain.getFirst();
            Pem.privateKey(kept.key());
            certificate.verify(signing.certificate().getPublicKey());
            Instant start = certificate.getNotBefore().toInstant();
            Instant end = certificate.getNotAfter().toInstant();
            Duration life = Duration.between(start, end);
            return names(certificate).equals(names(wanted)) && now.isBefore(end.minus(life.dividedBy(3)));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Set<String> names(Wanted wanted) {
        Set<String> names = new HashSet<>(wanted.dnsNames());
        names.add(wanted.name().uri().toString());
        return names;
    }

    private static Set<String> names(X509Certificate certificate) throws CertificateParsingException {
        List<List<?>> names = new ArrayList<>();
        if (certificate.getSubjectAlternativeNames() != null) {
            names.addAll(certificate.getSubjectAlternativeNames());
        }
        Set<String> texts = new HashSet<>();
        names.forEach(name -> texts.add(String.valueOf(name.get(1))));
        return texts;
    }

    private CertificateAuthority open(Issued kept) throws GeneralSecurityException {
        return CertificateAuthority.ofPem(kept.certificate(), kept.key(), random);
    }
}
