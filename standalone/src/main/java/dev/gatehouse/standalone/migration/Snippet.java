package dev.gatehouse.standalone.migration;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A snippet of nginx's configuration that sets headers and does nothing else.
 *
 * @param requestSet headers of requests
 * @param responseSet headers of responses that replace others
 * @param responseAdd headers of responses that are added
 */
record Snippet(Map<String, String> requestSet, Map<String, String> responseSet, Map<String, String> responseAdd) {
    private static final String NAME = "([A-Za-z0-9-]+)";
    private static final Pattern MORE = Pattern.compile("more_set_headers\\s+([\"'])" + NAME + "\\s*:\\s*([^\"']*)\\1");
    private static final Pattern ADD =
            Pattern.compile("add_header\\s+" + NAME + "\\s+(\"[^\"]*\"|'[^']*'|[^\\s\"']+)(\\s+always)?");
    private static final Pattern PROXY =
            Pattern.compile("proxy_set_header\\s+" + NAME + "\\s+(\"[^\"]*\"|'[^']*'|[^\\s\"']+)");

    /** Empty where the snippet has any other directive, a variable, or what cannot be a header's value. */
    static Optional<Snippet> of(String text) {
        Snippet snippet = new Snippet(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        String bare = text.replaceAll("(?m)^\\s*#.*$", "").strip();
        if (bare.indexOf('$') >= 0 || bare.indexOf('%') >= 0 || bare.indexOf('{') >= 0 || !bare.endsWith(";")) {
            return Optional.empty();
        }
        // A semicolon inside quotes (Strict-Transport-Security) ends no directive.
        for (String directive : bare.split(";(?=(?:[^\"']*[\"'][^\"']*[\"'])*[^\"']*$)")) {
            if (!snippet.take(directive.strip())) {
                return Optional.empty();
            }
        }
        return Optional.of(snippet);
    }

    private boolean take(String directive) {
        if (directive.isEmpty()) {
            return true;
        }
        Matcher more = MORE.matcher(directive);
        if (more.matches() && !more.group(3).isBlank()) {
            responseSet.put(more.group(2), more.group(3).strip());
            return true;
        }
        Matcher add = ADD.matcher(directive);
        if (add.matches()) {
            responseAdd.put(add.group(1), unquoted(add.group(2)));
            return true;
        }
        Matcher proxy = PROXY.matcher(directive);
        if (proxy.matches() && !proxy.group(1).equalsIgnoreCase("host")) {
            requestSet.put(proxy.group(1), unquoted(proxy.group(2)));
            return true;
        }
        return false;
    }

    private static String unquoted(String text) {
        return text.startsWith("\"") || text.startsWith("'") ? text.substring(1, text.length() - 1) : text;
    }
}
