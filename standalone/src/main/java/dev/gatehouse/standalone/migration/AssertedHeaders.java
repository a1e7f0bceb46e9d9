package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The headers by which an authorization server tells backends who the client is. nginx sends its answer's value or none;
 * Envoy leaves the client's own where the answer has none. Requests that bring such a header are therefore refused.
 *
 * @param names in lower case
 */
record AssertedHeaders(Set<String> names) {
    static final AssertedHeaders NONE = new AssertedHeaders(Set.of());

    /** Matches of a rule that Gateway API allows. */
    private static final int MATCHES = 64;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

    /** Headers that browsers and proxies send with every request, or with many. */
    private static final Pattern USUAL = Pattern.compile(
            "accept|accept-.*|cache-control|connection|content-.*|cookie|host|if-.*|origin|pragma|range|referer|sec-.*"
                    + "|te|transfer-encoding|upgrade|user-agent|via|x-auth-request-redirect|x-envoy-.*|x-forwarded-.*"
                    + "|x-original-method|x-original-url|x-request-id");

    AssertedHeaders {
        names = Set.copyOf(names);
    }

    /** Whether a header of this name can be refused: nobody sends it but to pass for somebody else. */
    static boolean refusable(String name) {
        return NAME.matcher(name).matches()
                && !USUAL.matcher(name.toLowerCase(Locale.ROOT)).matches();
    }

    /**
     * The rules that refuse requests with one of these headers, of those that {@code rule} serves. Each match asks for one
     * header more than the rule's own, and so takes precedence of it and of no other rule.
     */
    List<Map<String, Object>> refusals(Map<String, Object> rule, Map<String, Object> refusal) {
        List<Map<String, Object>> matches = new ArrayList<>();
        for (Object match : (List<?>) rule.getOrDefault("matches", List.of())) {
            names.stream().sorted().forEach(name -> matches.add(with((Map<?, ?>) match, name)));
        }
        List<Map<String, Object>> rules = new ArrayList<>();
        for (int i = 0; i < matches.size(); i += MATCHES) {
            rules.add(ordered(
                    "matches",
                    List.copyOf(matches.subList(i, Math.min(matches.size(), i + MATCHES))),
                    "filters",
                    List.of(refusal)));
        }
        return rules;
    }

    private static Map<String, Object> with(Map<?, ?> match, String name) {
        Map<String, Object> more = new LinkedHashMap<>();
        match.forEach((field, value) -> more.put(String.valueOf(field), value));
        List<Object> headers = new ArrayList<>();
        boolean asked = false;
        if (match.get("headers") instanceof List<?> own) {
            headers.addAll(own);
            asked = own.stream()
                    .anyMatch(each -> each instanceof Map<?, ?> header
                            && name.equalsIgnoreCase(String.valueOf(header.get("name"))));
        }
        if (!asked) {
            headers.add(ordered("type", "RegularExpression", "name", name, "value", ".*"));
        }
        more.put("headers", headers);
        return more;
    }
}
