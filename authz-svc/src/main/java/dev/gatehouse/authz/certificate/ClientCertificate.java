package dev.gatehouse.authz.certificate;

import dev.gatehouse.authz.seal.Hash;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * What a certificate says of its owner.
 *
 * @param subject empty: the certificate has none, or has told none that can be read
 * @param fingerprint SHA-256 of the certificate in DER, 64 hexadecimal digits in lower case
 */
public record ClientCertificate(
        Optional<X500Principal> subject,
        List<String> dnsNames,
        List<String> uris,
        List<String> emails,
        String fingerprint) {
    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;

    public ClientCertificate {
        dnsNames = List.copyOf(dnsNames);
        uris = List.copyOf(uris);
        emails = List.copyOf(emails);
    }

    /** What can be read of a certificate. Of one that the JDK refuses, and the proxy does not, the fingerprint alone is known. */
    public static ClientCertificate of(byte[] der) {
        try {
            X509Certificate read = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            List<String> dns = new ArrayList<>();
            List<String> uris = new ArrayList<>();
            List<String> emails = new ArrayList<>();
            Collection<List<?>> names = read.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0) instanceof Integer type && name.get(1) instanceof String text) {
                    switch (type) {
                        case EMAIL -> emails.add(text);
                        case DNS -> dns.add(text);
                        case URI -> uris.add(text);
                        default -> {}
                    }
                }
            }
            return new ClientCertificate(
                    Optional.of(read.getSubjectX500Principal())
                            .filter(subject -> !subject.getName().isEmpty()),
                    dns,
                    uris,
                    emails,
                    HexFormat.of().formatHex(Hash.plain(read.getEncoded())));
        } catch (CertificateException e) {
            return new ClientCertificate(
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    List.of(),
                    HexFormat.of().formatHex(Hash.plain(der)));
        }
    }

    /** The distinguished name, as RFC 2253 writes it. */
    public Optional<String> distinguishedName() {
        return subject.map(X500Principal::getName);
    }

    /** The common names of the subject, the most specific first. */
    public List<String> commonNames() {
        List<String> names = new ArrayList<>();
        try {
            List<Rdn> parts = new LdapName(distinguishedName().orElse("")).getRdns();
            for (Rdn part : parts.reversed()) {
                javax.naming.directory.Attribute name = part.toAttributes().get("CN");
                if (name != null && name.get() instanceof String text) {
                    names.add(text);
                }
            }
        } catch (InvalidNameException e) {
            // A name that cannot be taken apart has no common name.
            return List.of();
        } catch (javax.naming.NamingException e) {
            return List.of();
        }
        return names;
    }

    /** {@code x5t#S256}, RFC 8705 section 3.1. */
    public String thumbprint() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(HexFormat.of().parseHex(fingerprint));
    }

    /** Names of people may be in it. */
    @Override
    public String toString() {
        return "ClientCertificate[" + fingerprint + "]";
    }
}
