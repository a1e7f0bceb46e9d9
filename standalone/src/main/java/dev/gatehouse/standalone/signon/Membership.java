package dev.gatehouse.standalone.signon;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The permitted users as rules of {@code SecurityPolicy.authorization}: expressions over the claims of sessions and of
 * clients' tokens. Envoy builds neither comprehensions nor long regular expressions, so that each condition is a plain
 * comparison.
 */
final class Membership {
    /** An expression of a rule has 4096 characters at most; two conditions and their frame must fit into one. */
    private static final int LONGEST = 1500;

    private static final String SESSION =
            "metadata.filter_metadata['envoy.filters.http.ext_authz']['gatehouse.session']";
    private static final String TOKEN = "metadata.filter_metadata['envoy.filters.http.jwt_authn']['%s']";

    private final List<String> emails = new ArrayList<>();
    private final List<String> groups = new ArrayList<>();

    /** All whose address is of the domain; ".example.com" stands for all domains below it. */
    void domain(String emailClaim, String domain) {
        String claim = claim(emailClaim);
        boolean below = domain.startsWith(".") || domain.startsWith("*.");
        String end = below ? domain.substring(domain.indexOf('.')) : "@" + domain;
        // An address with two "@" is of neither domain.
        emails.add(claim + ".endsWith(" + quote(end) + ") && !" + claim + ".matches('@[^@]*@')");
    }

    void email(String emailClaim, String address) {
        emails.add(claim(emailClaim) + " == " + quote(address));
    }

    void group(String groupsClaim, String group) {
        String claim = claim(groupsClaim);
        groups.add("(" + quote(group) + " in " + claim + " || " + claim + " == " + quote(group) + ")");
    }

    boolean isEmpty() {
        return emails.isEmpty() && groups.isEmpty();
    }

    /**
     * The rules that allow.
     *
     * @param verifiedOnly an address that the provider says is not verified counts for nobody
     * @param tokens names of the providers of {@code jwt} whose tokens pass instead of a session
     */
    List<Map<String, Object>> rules(boolean verifiedOnly, List<String> tokens) {
        List<String> sources = new ArrayList<>(List.of(SESSION));
        tokens.forEach(name -> sources.add(TOKEN.formatted(name)));
        List<Map<String, Object>> rules = new ArrayList<>();
        for (String source : sources) {
            for (String email : joined(emails)) {
                for (String group : joined(groups)) {
                    List<String> parts = new ArrayList<>();
                    if (!email.isEmpty()) {
                        parts.add(email);
                    }
                    if (!email.isEmpty() && verifiedOnly) {
                        parts.add("!('email_verified' in $C && $C['email_verified'] == false)");
                    }
                    if (!group.isEmpty()) {
                        parts.add(group);
                    }
                    rules.add(ordered(
                            "action", "Allow", "cel", String.join(" && ", parts).replace("$C", source)));
                }
            }
        }
        return rules;
    }

    /** A preflight has no credentials. */
    static Map<String, Object> preflights() {
        return ordered(
                "name",
                "preflights",
                "action",
                "Allow",
                "cel",
                "request.method == 'OPTIONS' && 'origin' in request.headers"
                        + " && 'access-control-request-method' in request.headers");
    }

    /** Alternatives in as few expressions as have room. */
    private static List<String> joined(List<String> conditions) {
        List<List<String>> chunks = new ArrayList<>(List.of(new ArrayList<>()));
        int length = 0;
        for (String condition : conditions) {
            // "$C" becomes much longer.
            int added = condition.replace("$C", SESSION).length() + 6;
            if (length + added > LONGEST && !chunks.getLast().isEmpty()) {
                chunks.add(new ArrayList<>());
                length = 0;
            }
            length += added;
            chunks.getLast().add(condition);
        }
        return chunks.stream()
                .map(chunk -> chunk.isEmpty()
                        ? ""
                        : chunk.stream().map(each -> "(" + each + ")").collect(Collectors.joining(" || ", "(", ")")))
                .toList();
    }

    private static String claim(String path) {
        StringBuilder text = new StringBuilder("$C");
        for (String name : path.split("\\.")) {
            text.append('[').append(quote(name)).append(']');
        }
        return text.toString();
    }

    private static String quote(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'";
    }
}
