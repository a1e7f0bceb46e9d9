package dev.gatehouse.gatewayapi.yaml;

import java.util.Collection;
import java.util.List;

/** Phrases of problems, so that readers and schemas say one thing in one way. */
public final class Wording {
    private static final int MAX_SHOWN = 200;

    private Wording() {}

    /** {@code "Exact" is a string}, or {@code is a list}. */
    public static String shown(Node value) {
        return value instanceof Node.Scalar scalar && scalar.type() != Node.Scalar.Type.NULL
                ? (scalar.type() == Node.Scalar.Type.STRING ? quote(scalar.text()) : cut(scalar.text())) + " is "
                        + value.describe()
                : "is " + value.describe();
    }

    /** A text of the user's in quotes. */
    public static String quote(String text) {
        return "\"" + cut(text) + "\"";
    }

    /** A text of the user's, shortened where it is long. */
    public static String cut(String text) {
        return text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text;
    }

    /** {@code "exact" is not known; did you mean "Exact"? (expected: Exact, PathPrefix)}. */
    public static String notOneOf(String text, Collection<String> names) {
        return quote(text) + " is not known" + didYouMean(text, names) + " (expected: " + String.join(", ", names)
                + ")";
    }

    /** {@code unknown field; did you mean "name"? (expected: kind, name)}. */
    public static String unknownField(String name, Collection<String> known) {
        return "unknown field" + didYouMean(name, known) + expected(known);
    }

    /** Of a field that the API has. */
    public static String unservedField(Collection<String> served) {
        return "is not served" + expected(served);
    }

    private static String expected(Collection<String> fields) {
        return fields.isEmpty()
                ? " (expected: {}, an object without fields)"
                : " (expected: " + String.join(", ", fields.stream().sorted().toList()) + ")";
    }

    private static String didYouMean(String text, Collection<String> names) {
        return Similarity.closest(text, names)
                .map(closest -> "; did you mean \"" + closest + "\"?")
                .orElse("");
    }

    /** "a, b and c". */
    public static String enumeration(List<String> names) {
        return joined(names, " and ");
    }

    /** "a, b or c". */
    public static String choice(List<String> names) {
        return joined(names.stream().map(name -> name.isEmpty() ? "\"\"" : name).toList(), " or ");
    }

    private static String joined(List<String> names, String last) {
        int size = names.size();
        return size < 2
                ? String.join("", names)
                : String.join(", ", names.subList(0, size - 1)) + last + names.getLast();
    }
}
