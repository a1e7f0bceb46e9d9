package dev.gatehouse.authz.certificate;

import java.util.List;
import java.util.Locale;
import java.util.function.BiPredicate;
import javax.security.auth.x500.X500Principal;

/**
 * Which certificates are meant: each list that is not empty must have an item that the certificate has.
 *
 * @param dnsNames "*.example.com" is any name with one more label
 * @param uris "spiffe://example.com/shop/*" is any URI below
 * @param emails "@example.com" is any address of the domain
 * @param fingerprints in lower case
 */
public record Match(
        List<X500Principal> subjects,
        List<String> commonNames,
        List<String> dnsNames,
        List<String> uris,
        List<String> emails,
        List<String> fingerprints) {
    public Match {
        subjects = List.copyOf(subjects);
        commonNames = List.copyOf(commonNames);
        dnsNames = List.copyOf(dnsNames);
        uris = List.copyOf(uris);
        emails = List.copyOf(emails);
        fingerprints = List.copyOf(fingerprints);
        if (subjects.isEmpty()
                && commonNames.isEmpty()
                && dnsNames.isEmpty()
                && uris.isEmpty()
                && emails.isEmpty()
                && fingerprints.isEmpty()) {
            throw new IllegalArgumentException("a match for every certificate (expected: at least one name)");
        }
    }

    boolean matches(ClientCertificate certificate) {
        return any(subjects, certificate.subject().stream().toList(), X500Principal::equals)
                && any(commonNames, certificate.commonNames(), String::equals)
                && any(dnsNames, certificate.dnsNames(), Match::isDnsName)
                && any(uris, certificate.uris(), Match::isUri)
                && any(emails, certificate.emails(), Match::isEmail)
                && any(fingerprints, List.of(certificate.fingerprint()), String::equals);
    }

    private static <T> boolean any(List<T> wanted, List<T> shown, BiPredicate<T, T> same) {
        return wanted.isEmpty()
                || wanted.stream().anyMatch(each -> shown.stream().anyMatch(name -> same.test(each, name)));
    }

    /** A certificate for "*.example.com" is a name of its own here: it is no proof of each name below. */
    private static boolean isDnsName(String wanted, String shown) {
        String name = shown.toLowerCase(Locale.ROOT);
        String pattern = wanted.toLowerCase(Locale.ROOT);
        int dot = name.indexOf('.');
        return pattern.startsWith("*.")
                ? dot > 0 && !name.startsWith("*") && name.substring(dot).equals(pattern.substring(1))
                : name.equals(pattern);
    }

    /** Dots and escapes of a path are not taken away: an ID is compared as it is written, and one that tries to leave the path is none. */
    private static boolean isUri(String wanted, String shown) {
        return wanted.endsWith("/*")
                ? shown.startsWith(wanted.substring(0, wanted.length() - 1))
                        && shown.length() >= wanted.length()
                        && !shown.contains("/../")
                        && !shown.endsWith("/..")
                        && !shown.contains("/./")
                        && shown.indexOf('%') < 0
                : shown.equals(wanted);
    }

    private static boolean isEmail(String wanted, String shown) {
        int at = shown.indexOf('@');
        return wanted.startsWith("@")
                ? at > 0 && at == shown.lastIndexOf('@') && shown.substring(at).equalsIgnoreCase(wanted)
                : shown.equals(wanted);
    }
}
