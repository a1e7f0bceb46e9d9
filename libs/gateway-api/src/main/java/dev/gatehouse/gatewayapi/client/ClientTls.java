package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * TLS with clients.
 *
 * @param ciphers the ciphers of TLS 1.2 and earlier; an empty list: Envoy's default
 * @param curves an empty list: Envoy's default
 * @param signatureAlgorithms an empty list: Envoy's default
 * @param alpn empty: the listener's default; an empty list: no ALPN
 * @param statelessResumption whether sessions are resumed by tickets
 * @param statefulResumption whether sessions are resumed by their ids
 */
public record ClientTls(
        Version minVersion,
        Version maxVersion,
        List<String> ciphers,
        List<String> curves,
        List<String> signatureAlgorithms,
        Optional<List<String>> alpn,
        Set<Fingerprint> fingerprints,
        Optional<ClientValidation> validation,
        boolean statelessResumption,
        boolean statefulResumption) {
    private static final Syntax CIPHER = oneOf(
            "a cipher suite that Envoy has, for example ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-(ECDSA|RSA)-(AES128-GCM-SHA256|AES256-GCM-SHA384|CHACHA20-POLY1305|AES128-SHA|AES256-SHA)",
            "AES128-GCM-SHA256|AES256-GCM-SHA384|AES128-SHA|AES256-SHA",
            "TLS_(ECDHE_(ECDSA|RSA)|RSA)_WITH_(AES_128_GCM_SHA256|AES_256_GCM_SHA384|AES_128_CBC_SHA|AES_256_CBC_SHA)",
            "TLS_ECDHE_(ECDSA|RSA)_WITH_CHACHA20_POLY1305_SHA256");

    private static final Syntax CURVE = oneOf(
            "a curve that Envoy has: X25519, X25519MLKEM768, P-256, P-384, P-521 or P-224",
            "X25519|x25519|X25519MLKEM768|P-256|prime256v1|P-384|secp384r1|P-521|secp521r1|P-224|secp224r1");

    private static final Syntax SIGNATURE_ALGORITHM = oneOf(
            "a signature algorithm that Envoy has, for example ecdsa_secp256r1_sha256",
            "rsa_pkcs1_(md5_sha1|sha1|sha256|sha384|sha512)|rsa_pss_rsae_sha(256|384|512)",
            "ecdsa_sha1|ecdsa_secp256r1_sha256|ecdsa_secp384r1_sha384|ecdsa_secp521r1_sha512|ed25519",
            "(RSA|RSA-PSS|PSS)\\+SHA(256|384|512)|(RSA|ECDSA)\\+SHA1|ECDSA\\+SHA(256|384|512)");

    /** Envoy's limit (RFC 7301: a length of one byte). */
    private static final Syntax ALPN_PROTOCOL =
            Syntax.of("(?s).{1,255}", 255, "a protocol's name, 1 to 255 characters");

    public ClientTls {
        ciphers = List.copyOf(ciphers);
        curves = List.copyOf(curves);
        signatureAlgorithms = List.copyOf(signatureAlgorithms);
        alpn = alpn.map(List::copyOf);
        fingerprints = Set.copyOf(fingerprints);
    }

    /** A version of TLS, in order. */
    public enum Version {
        /** What Envoy thinks best. */
        AUTO("Auto"),
        V1_0("1.0"),
        V1_1("1.1"),
        V1_2("1.2"),
        V1_3("1.3");

        private final String written;

        Version(String written) {
            this.written = written;
        }

        static Optional<Version> read(Fields f, String name) {
            Optional<String> text = f.string(name, Syntax.of("Auto|1\\.[0-3]", 4, "Auto, 1.0, 1.1, 1.2 or 1.3"));
            for (Version version : values()) {
                if (text.isPresent() && version.written.equals(text.get())) {
                    return Optional.of(version);
                }
            }
            return Optional.empty();
        }
    }

    /** Fingerprints of a client's first TLS message, for logs and headers. */
    public enum Fingerprint {
        JA3,
        JA4
    }

    private record Resumption(boolean stateless, boolean stateful) {
        static final Resumption NONE = new Resumption(false, false);

        static Resumption read(Fields f) {
            return new Resumption(
                    f.object("stateless", _ -> true).orElse(false),
                    f.object("stateful", _ -> true).orElse(false));
        }
    }

    private static Syntax oneOf(String description, String... patterns) {
        return Syntax.of(String.join("|", patterns), 64, description);
    }

    static ClientTls read(Fields f) {
        Optional<Version> min = Version.read(f, "minVersion");
        Optional<Version> max = Version.read(f, "maxVersion");
        // Absent: 1.2 to 1.3; Auto is as high as it gets, since Envoy's own bounds are these.
        Version lowest = min.filter(version -> version != Version.AUTO).orElse(Version.V1_2);
        Version highest = max.filter(version -> version != Version.AUTO).orElse(Version.V1_3);
        if (lowest.compareTo(highest) > 0) {
            f.wrong(
                    "minVersion",
                    lowest.written + " is above the maximum, " + highest.written + " (expected: at most that)");
        }
        boolean hasAlpn = f.has("alpnProtocols");
        List<String> alpn = f.strings("alpnProtocols", ALPN_PROTOCOL);
        Resumption resumption = f.object("session", session -> session.object("resumption", Resumption::read))
                .flatMap(each -> each)
                .orElse(Resumption.NONE);
        return new ClientTls(
                min.orElse(Version.V1_2),
                max.orElse(Version.V1_3),
                f.strings("ciphers", CIPHER),
                f.strings("ecdhCurves", CURVE),
                f.strings("signatureAlgorithms", SIGNATURE_ALGORITHM),
                hasAlpn ? Optional.of(alpn) : Optional.empty(),
                new TreeSet<>(f.choices("fingerprints", Fingerprint.class)),
                f.object("clientValidation", ClientValidation::read),
                resumption.stateless(),
                resumption.stateful());
    }
}
