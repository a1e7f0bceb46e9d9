package dev.gatehouse.controller.gateway;

import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.identity.authority.Pem;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.EllipticCurve;
import java.security.spec.NamedParameterSpec;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Checks certificates and keys, so that an invalid one is reported in a condition before proxies reject it. */
public final class Certificates {
    /** The type dNSName of subject alternative names (RFC 5280, section 4.2.1.6). */
    private static final int DNS_NAME = 2;

    private static final String ED25519 = NamedParameterSpec.ED25519.getName();

    /** The curves that Envoy has. */
    private static final List<EllipticCurve> CURVES = Stream.of("secp256r1", "secp384r1", "secp521r1")
            .map(Certificates::curve)
            .toList();

    /** Envoy refuses shorter RSA keys. */
    private static final int LEAST_RSA_BITS = 2048;

    private Certificates() {}

    /** The problem of a Secret that is used as a server's or client's certificate; empty: the certificate and key are valid. */
    public static Optional<String> problem(Secret secret) {
        Optional<String> certificate = secret.text("tls.crt");
        Optional<String> key = secret.text("tls.key");
        if (certificate.isEmpty() || key.isEmpty()) {
            return Optional.of("has no key \"" + (certificate.isEmpty() ? "tls.crt" : "tls.key") + "\" (keys: "
                    + secret.data().keySet().stream().sorted().toList() + ")");
        }
        X509Certificate leaf;
        try {
            leaf = PemText.certificates(certificate.get()).getFirst();
        } catch (GeneralSecurityException e) {
            return Optional.of("\"tls.crt\" is not a PEM certificate: " + reason(e));
        }
        Optional<String> publicKey = problemWithPublicKey(leaf.getPublicKey());
        if (publicKey.isPresent()) {
            return publicKey.map(problem -> "\"tls.crt\" " + problem);
        }
        PrivateKey own;
        try {
            own = Pem.privateKey(key.get());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.of("\"tls.key\" is not a private key: " + reason(e));
        }
        try {
            if (matches(leaf, own)) {
                return Optional.empty();
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // The key's algorithm differs from the certificate's.
            return Optional.of("\"tls.key\" is not the key of the certificate in \"tls.crt\": " + reason(e));
        }
        return Optional.of("\"tls.key\" is not the key of the certificate in \"tls.crt\"");
    }

    /** The problem of {@code pem} as a private key; empty: the key is valid. */
    public static Optional<String> problemWithKey(String pem) {
        try {
            Pem.privateKey(pem);
            return Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.of("is not a private key: " + reason(e));
        }
    }

    /** The certificate chain of a Secret; an empty list if the chain cannot be read. */
    public static List<X509Certificate> chain(Secret secret) {
        return bundle(secret.text("tls.crt").orElse(""));
    }

    /** The certificates of a bundle; an empty list if the bundle cannot be read. */
    public static List<X509Certificate> bundle(String pem) {
        try {
            return PemText.certificates(pem);
        } catch (GeneralSecurityException e) {
            return List.of();
        }
    }

    /** The DNS names of a Secret's certificate; an empty list if the certificate cannot be read. */
    public static List<String> dnsNames(Secret secret) {
        try {
            Collection<List<?>> names = PemText.certificates(
                            secret.text("tls.crt").orElse(""))
                    .getFirst()
                    .getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> Integer.valueOf(DNS_NAME).equals(name.getFirst()))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (GeneralSecurityException e) {
            return List.of();
        }
    }

    /** The problem of a bundle of CA certificates; empty: the bundle is valid. */
    public static Optional<String> problemWithBundle(String pem) {
        try {
            PemText.certificates(pem);
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            return Optional.of("is not a bundle of PEM certificates: " + reason(e));
        }
    }

    /** The readable certificates of a bundle, each as PEM. Unreadable certificates are left out. */
    public static List<String> readable(String pem) {
        return PemText.readable(pem);
    }

    /** The problem of certificate revocation lists; empty: the lists are valid. */
    public static Optional<String> problemWithRevocations(String pem) {
        try {
            PemText.checkRevocations(pem);
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            return Optional.of("has no revocation list that can be read: " + reason(e));
        }
    }

    /** What Envoy does not load: it refuses the whole certificate for its key, and says so only once it has got it. */
    private static Optional<String> problemWithPublicKey(PublicKey key) {
        if (key instanceof RSAKey rsa && key.getAlgorithm().equals("RSA")) {
            int bits = rsa.getModulus().bitLength();
            return bits >= LEAST_RSA_BITS
                    ? Optional.empty()
                    : Optional.of("has an RSA key of " + bits + " bits (expected: at least " + LEAST_RSA_BITS + ")");
        }
        if (key instanceof ECPublicKey ec) {
            return CURVES.contains(ec.getParams().getCurve())
                    ? Optional.empty()
                    : Optional.of("has an EC key of another curve (expected: P-256, P-384 or P-521)");
        }
        if (key instanceof EdECKey edwards && edwards.getParams().getName().equals(ED25519)) {
            return Optional.empty();
        }
        return Optional.of("has a key for " + key.getAlgorithm() + " (expected: RSA, EC or Ed25519)");
    }

    private static EllipticCurve curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class).getCurve();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static boolean matches(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        String algorithm = certificate.getPublicKey().getAlgorithm();
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
