package dev.gatehouse.identity.authority;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * A certificate and its key.
 *
 * @param certificate {@code tls.crt} in PEM
 * @param key {@code tls.key} in PEM, PKCS#8
 */
public record Issued(String certificate, String key) {
    static Issued of(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        return new Issued(Pem.of(certificate), Pem.of(key));
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "Issued[" + certificate.length() + " characters of certificate]";
    }
}
