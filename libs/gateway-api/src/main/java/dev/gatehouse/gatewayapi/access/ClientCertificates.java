package dev.gatehouse.gatewayapi.access;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/**
 * The certificate of the TLS connection is who the client is.
 *
 * @param optional requests without a certificate pass, and nobody is known by it
 * @param allowed a certificate needs to match one of them; empty: any that the listener has verified
 * @param identity what of the certificate is the client's name
 * @param header gets the client's name
 * @param trustedProxies whose X-Forwarded-Client-Cert counts
 */
public record ClientCertificates(
        boolean optional, List<Match> allowed, Identity identity, Optional<String> header, List<Match> trustedProxies) {
    /** The name by which authorization rules know what a certificate says, as the provider of a token. */
    public static final String PROVIDER = "client-certificate";

    private static final int MOST = 64;

    public ClientCertificates {
        allowed = List.copyOf(allowed);
        trustedProxies = List.copyOf(trustedProxies);
    }

    /** What of a certificate is a name. */
    public enum Identity {
        /** The distinguished name of the subject, RFC 2253. */
        Subject,
        CommonName,
        DNSName,
        URI,
        Email,
        /** SHA-256 of the certificate, 64 hexadecimal digits. */
        Fingerprint
    }

    /** Each list that is not empty must have an item that the certificate has. */
    public record Match(
            List<String> subjects,
            List<String> commonNames,
            List<String> dnsNames,
            List<String> uris,
            List<String> emails,
            List<String> fingerprints) {
        private static final Syntax DNS_NAME = Syntax.of(
                "(\\*\\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?",
                255,
                "a DNS name, or \"*.\" and a DNS name for one more label");
        private static final Syntax URI = Syntax.of(
                "[A-Za-z][A-Za-z0-9+.-]*:[^*\\s]+(/\\*)?", 2048, "a URI, or a URI that ends with \"/*\" for all below");
        private static final Syntax EMAIL =
                Syntax.of("[^@*\\s]*@[^@*\\s]+", 320, "an e-mail address, or \"@\" and a domain for all of it");
        private static final Syntax FINGERPRINT = Syntax.of(
                "[0-9a-fA-F]{64}|[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){31}", 95, "a SHA-256 hash in hexadecimal digits");

        public Match {
            subjects = List.copyOf(subjects);
            commonNames = List.copyOf(commonNames);
            dnsNames = List.copyOf(dnsNames);
            uris = List.copyOf(uris);
            emails = List.copyOf(emails);
            fingerprints = List.copyOf(fingerprints);
        }

        private static Match read(Fields f) {
            Match match = new Match(
                    f.strings("subjects", Syntax.NOT_EMPTY),
                    f.strings("commonNames", Syntax.NOT_EMPTY),
                    f.strings("dnsNames", DNS_NAME),
                    f.strings("uris", URI),
                    f.strings("emails", EMAIL),
                    f.strings("fingerprints", FINGERPRINT).stream()
                            .map(text -> text.replace(":", "").toLowerCase(Locale.ROOT))
                            .toList());
            for (String subject : match.subjects) {
                if (!isDistinguishedName(subject)) {
                    f.wrong("subjects", "\"" + subject + "\" is no distinguished name (expected: CN=a,O=b)");
                }
            }
            if (match.equals(new Match(List.of(), List.of(), List.of(), List.of(), List.of(), List.of()))) {
                f.wrong("matches every certificate (expected: at least one of subjects, commonNames, dnsNames, uris,"
                        + " emails and fingerprints)");
            }
            return match;
        }

        private static boolean isDistinguishedName(String text) {
            try {
                return !new X500Principal(text).getName().isEmpty();
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    static ClientCertificates read(Fields f) {
        return new ClientCertificates(
                f.bool("optional").orElse(false),
                f.list("allowed", 0, MOST, Match::read),
                f.choice("identity", Identity.class).orElse(Identity.Subject),
                f.string("forwardIdentityHeader", Syntax.HEADER_NAME),
                f.list("trustedProxies", 0, MOST, Match::read));
    }
}
