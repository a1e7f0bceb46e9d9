package dev.gatehouse.authz.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The Cookie header, RFC 6265 section 5.4, read as servers do: pairs between semicolons, a name before the first "=". Pairs keep
 * their order and their bytes, so that the header can be written again without one of them.
 */
public final class Cookies {
    private static final Pattern INNER_NAME = Pattern.compile("[,\\s]+([^,\\s=]+)");

    private final List<Pair> pairs;

    private record Pair(String name, String value, String text) {
        /** The text up to the first of such names. */
        String before(Predicate<String> names) {
            if (names.test(name)) {
                return "";
            }
            Matcher inner = INNER_NAME.matcher(text);
            while (inner.find()) {
                if (names.test(inner.group(1))) {
                    return text.substring(0, inner.start());
                }
            }
            return text;
        }
    }

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
        return pairs.stream()
                .filter(pair -> !pair.name().equals(name))
                .map(Pair::text)
                .collect(Collectors.joining("; "));
    }

    /**
     * The header without every cookie of a name that no application uses; empty: none is left. Some servers begin a cookie behind a comma or a space, too: the
     * rest of such a value goes as well.
     */
    public String withoutOwn(Predicate<String> names) {
        return pairs.stream()
                .map(pair -> pair.before(names))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private static String unquote(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }
}
