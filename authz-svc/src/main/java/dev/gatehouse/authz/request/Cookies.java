package dev.gatehouse.authz.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The Cookie header, RFC 6265 section 5.4, read as servers do: pairs between semicolons, a name before the first "=". Pairs keep
 * their order and their bytes, so that the header can be written again without one of them.
 */
public final class Cookies {
    private final List<Pair> pairs;

    private record Pair(String name, String value, String text) {}

    private Cookies(List<Pair> pairs) {
        this.pairs = List.copyOf(pairs);
    }

    public static Cookies parse(String header) {
        List<Pair> pairs = new ArrayList<>();
        for (String part : header.split(";")) {
            String text = part.strip();
            if (text.isEmpty()) {
                continue;
            }
            int equals = text.indexOf('=');
            String name = equals < 0 ? "" : text.substring(0, equals).strip();
            pairs.add(new Pair(name, unquote(text.substring(equals + 1).strip()), text));
        }
        return new Cookies(pairs);
    }

    /** Of the first of that name. Names are case-sensitive. */
    public Optional<String> value(String name) {
        return pairs.stream()
                .filter(pair -> pair.name().equals(name))
                .map(Pair::value)
                .findFirst();
    }

    /** How many characters the header has, about. */
    public int length() {
        return pairs.stream().mapToInt(pair -> pair.text().length() + 2).sum();
    }

    /** Every name, once. */
    public List<String> names() {
        return pairs.stream().map(Pair::name).distinct().toList();
    }

    /** The header without every cookie of that name; empty: none is left. */
    public String without(String name) {
        return without(name::equals);
    }

    /** The header without every cookie of such a name; empty: none is left. */
    public String without(Predicate<String> names) {
        StringBuilder rest = new StringBuilder();
        for (Pair pair : pairs) {
            if (!names.test(pair.name())) {
                rest.append(rest.isEmpty() ? "" : "; ").append(pair.text());
            }
        }
        return rest.toString();
    }

    private static String unquote(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }
}
