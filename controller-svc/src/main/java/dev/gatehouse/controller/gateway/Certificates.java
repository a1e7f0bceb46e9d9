package dev.gatehouse.controller.gateway;

import dev.gatehouse.gatewayapi.Secret;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks of certificates and keys, so that a bad one is a condition and not a rejection by every proxy. */
public final class Certificates {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private Certificates() {}

    /** What is wrong with a Secret as the certificate of a server or client; empty if nothing is. */
    public static Optional<String> problem(Secret secret) {
        Optional<String> certificate = secret.text("tls.crt");
        Optional<String> key = secret.text("tls.key");
        if (certificate.isEmpty() || key.isEmpty()) {
            return Optional.of("has no key \"" + (certificate.isEmpty() ? "tls.crt" : "tls.key") + "\" (keys: "
                    + secret.data().keySet().stream().sorted().toList() + ")");
        }
        X509Certificate leaf;
        try {
            leaf = first(certificate.get());
        } catch (GeneralSecurityException e) {
            return Optional.of("\"tls.crt\" is not a PEM certificate: " + reason(e));
        }
        Matcher pem = KEY.matcher(key.get());
        if (!pem.find() || pem.group(1).startsWith("ENCRYPTED")) {
            return Optional.of("\"tls.key\" is not a PEM private key without password");
        }
        if (!pem.group(1).equals("PRIVATE KEY")) {
            // PKCS#1 and SEC 1 keys: Envoy reads them; the JDK has no parser to hold them against the certificate with.
            return Optional.empty();
        }
        try {
            return matches(leaf, Base64.getMimeDecoder().decode(pem.group(2)))
                    ? Optional.empty()
                    : Optional.of("\"tls.key\" is not the key of the certificate in \"tls.crt\"");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.of("\"tls.key\" is not a private key: " + reason(e));
        }
    }

    /** What is wrong with a bundle of CA certificates; empty if nothing is. */
    public static Optional<String> problemWithBundle(String pem) {
        try {
            Collection<?> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
            return certificates.isEmpty() ? Optional.of("holds no PEM certificate") : Optional.empty();
        } catch (GeneralSecurityException e) {
            return Optional.of("is not a bundle of PEM certificates: " + reason(e));
        }
    }

    private static X509Certificate first(String pem) throws GeneralSecurityException {
        int begin = pem.indexOf("-----BEGIN CERTIFICATE-----");
        if (begin < 0) {
            throw new GeneralSecurityException("no BEGIN CERTIFICATE");
        }
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(pem.substring(begin).getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean matches(X509Certificate certificate, byte[] pkcs8) throws GeneralSecurityException {
        String algorithm = certificate.getPublicKey().getAlgorithm();
        PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        String signature = switch (algorithm) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> algorithm;
        };
        byte[] probe = "gatehouse".getBytes(StandardCharsets.UTF_8);
        Signature signer = Signature.getInstance(signature);
        signer.initSign(key);
        signer.update(probe);
        byte[] signed = signer.sign();
        Signature verifier = Signature.getInstance(signature);
        verifier.initVerify(certificate.getPublicKey());
        verifier.update(probe);
        return verifier.verify(signed);
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
