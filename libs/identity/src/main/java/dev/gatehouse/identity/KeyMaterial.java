package dev.gatehouse.identity;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process's certificate and key, and the CAs that it trusts.
 *
 * @param chain the process's certificate, then those that signed it
 * @param key the certificate's key
 * @param authorities whose certificates are believed
 */
public record KeyMaterial(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities) {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    public KeyMaterial {
        chain = List.copyOf(chain);
        authorities = List.copyOf(authorities);
        if (chain.isEmpty() || authorities.isEmpty()) {
            throw new IllegalArgumentException((chain.isEmpty() ? "certificate" : "authorities")
                    + ": none (expected: at least one PEM certificate)");
        }
    }

    /**
     * Reads PEM, as a Secret of type kubernetes.io/tls has it.
     *
     * @param certificate {@code tls.crt}
     * @param key {@code tls.key}, PKCS#8
     * @param authorities {@code ca.crt}
     * @throws GeneralSecurityException where the text is not that; the message never shows the key
     */
    public static KeyMaterial ofPem(String certificate, String key, String authorities)
            throws GeneralSecurityException {
        List<X509Certificate> chain = certificates("tls.crt", certificate);
        List<X509Certificate> believed = certificates("ca.crt", authorities);
        Matcher pem = KEY.matcher(key);
        if (!pem.find()) {
            throw new GeneralSecurityException("tls.key: no \"BEGIN PRIVATE KEY\" (expected: a PKCS#8 key in PEM)");
        }
        try {
            PrivateKey decoded = KeyFactory.getInstance(
                            chain.getFirst().getPublicKey().getAlgorithm())
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
            return new KeyMaterial(chain, decoded, believed);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new GeneralSecurityException("tls.key: not the key of a certificate like the one in tls.crt", e);
        }
    }

    private static List<X509Certificate> certificates(String file, String pem) throws GeneralSecurityException {
        List<X509Certificate> certificates = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
        if (certificates.isEmpty()) {
            throw new GeneralSecurityException(file + ": no certificate (expected: at least one in PEM)");
        }
        return certificates;
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "KeyMaterial[" + chain.getFirst().getSubjectX500Principal() + ", until "
                + chain.getFirst().getNotAfter().toInstant() + "]";
    }
}
