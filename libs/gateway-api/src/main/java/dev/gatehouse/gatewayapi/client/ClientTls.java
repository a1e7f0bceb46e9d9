package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.TlsNames;
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
        List<String> alpn = f.strings("alpnProtocols", TlsNames.ALPN_PROTOCOL);
        Resumption resumption = f.object("session", session -> session.object("resumption", Resumption::read))
                .flatMap(each -> each)
                .orElse(Resumption.NONE);
        return new ClientTls(
                min.orElse(Version.V1_2),
                max.orElse(Version.V1_3),
                f.strings("ciphers", TlsNames.CIPHER),
                f.strings("ecdhCurves", TlsNames.CURVE),
                f.strings("signatureAlgorithms", TlsNames.SIGNATURE_ALGORITHM),
                hasAlpn ? Optional.of(alpn) : Optional.empty(),
                new TreeSet<>(f.choices("fingerprints", Fingerprint.class)),
                f.object("clientValidation", ClientValidation::read),
                resumption.stateless(),
                resumption.stateful());
    }
}
