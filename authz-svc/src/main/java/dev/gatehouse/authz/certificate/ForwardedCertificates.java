package dev.gatehouse.authz.certificate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The header {@code X-Forwarded-Client-Cert}, as Envoy writes it: elements between commas, the nearest proxy's last; in an element pairs between semicolons, whose values
 * may stand between quotation marks. What cannot be read counts for nothing. Names count from the certificate itself ({@code Cert}) alone: proxies differ in how they
 * escape names, and a client could have one that reads as two. Without it the hash is known.
 */
final class ForwardedCertificates {
    /** A chain of certificates may be in it. */
    private static final int LONGEST = 65_536;

    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

    private final List<Map<String, List<String>>> elements;

    private ForwardedCertificates(List<Map<String, List<String>>> elements) {
        this.elements = List.copyOf(elements);
    }

    /** Empty: the header cannot be read. */
    static Optional<ForwardedCertificates> parse(String header) {
        if (header.length() > LONGEST) {
            return Optional.empty();
        }
        List<Map<String, List<String>>> elements = new ArrayList<>();
        for (String element : split(header, ',')) {
            Map<String, List<String>> pairs = new LinkedHashMap<>();
            for (String pair : split(element, ';')) {
                int equals = pair.indexOf('=');
                Optional<String> value = equals < 1
                        ? Optional.empty()
                        : unquoted(pair.substring(equals + 1).strip());
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                pairs.computeIfAbsent(
                                pair.substring(0, equals).strip().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                        .add(value.get());
            }
            elements.add(pairs);
        }
        return Optional.of(new ForwardedCertificates(elements));
    }

    /**
     * What the nearest proxy says of its client. An element about {@code proxy} itself, the proxy's own certificate, is one that this
     * Gateway has added.
     */
    Optional<ClientCertificate> of(ClientCertificate proxy) {
        int last = elements.size() - 1;
        if (last >= 0
                && one(elements.get(last), "hash")
                        .map(ForwardedCertificates::lower)
                        .equals(Optional.of(proxy.fingerprint()))) {
            last--;
        }
        return last < 0 ? Optional.empty() : read(elements.get(last));
    }

    private static Optional<ClientCertificate> read(Map<String, List<String>> element) {
        Optional<String> hash = one(element, "hash")
                .map(ForwardedCertificates::lower)
                .filter(text -> FINGERPRINT.matcher(text).matches());
        if (element.containsKey("hash") && hash.isEmpty()) {
            return Optional.empty();
        }
        if (element.containsKey("cert")) {
            return one(element, "cert")
                    .flatMap(Certificates::certificate)
                    .filter(read -> hash.isEmpty() || hash.get().equals(read.fingerprint()));
        }
        return hash.map(
                fingerprint -> new ClientCertificate(Optional.empty(), List.of(), List.of(), List.of(), fingerprint));
    }

    /** A key that comes more than once says nothing. */
    private static Optional<String> one(Map<String, List<String>> element, String key) {
        List<String> values = element.getOrDefault(key, List.of());
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** Empty: a quotation mark is where none can be. */
    private static Optional<String> unquoted(String text) {
        if (!text.startsWith("\"")) {
            return text.indexOf('"') < 0 ? Optional.of(text) : Optional.empty();
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                plain.append(text.charAt(++i));
            } else if (c == '"') {
                return i == text.length() - 1 ? Optional.of(plain.toString()) : Optional.empty();
            } else {
                plain.append(c);
            }
        }
        return Optional.empty();
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        parts.removeIf(String::isBlank);
        return parts;
    }
}
