package dev.gatehouse.standalone.audit;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version, ordered as Maven orders versions (POM reference, "Version Order Specification"), which for plain numbers and for semantic versions without
 * build metadata is the order of these, too.
 */
final class Version implements Comparable<Version> {
    private static final Pattern PART = Pattern.compile("(^|[.-]|(?<=\\d)(?=[a-z])|(?<=[a-z])(?=\\d))(\\d+|[^.\\d-]*)");
    private static final List<String> QUALIFIERS = List.of("alpha", "beta", "milestone", "rc", "snapshot", "", "sp");
    private static final int RELEASE = QUALIFIERS.indexOf("");

    /**
     * A token with what separates it from the one before.
     *
     * @param hyphen true for "-" and for a change between digits and letters, false for "."
     */
    private record Part(boolean hyphen, String text) {
        boolean isNumber() {
            return !text.isEmpty() && Character.isDigit(text.charAt(0));
        }

        /** Whether it says no more than its absence. */
        boolean isNull() {
            return isNumber() ? new BigInteger(text).signum() == 0 : rank() == RELEASE;
        }

        int rank() {
            String word = switch (text) {
                case "a" -> "alpha";
                case "b" -> "beta";
                case "m" -> "milestone";
                case "cr" -> "rc";
                case "ga", "final", "release" -> "";
                default -> text;
            };
            int at = QUALIFIERS.indexOf(word);
            return at < 0 ? QUALIFIERS.size() : at;
        }
    }

    private final String text;
    private final List<Part> parts;

    Version(String text) {
        this.text = text;
        this.parts = parts(text.strip().toLowerCase(Locale.ROOT));
    }

    private static List<Part> parts(String text) {
        String plain = text.startsWith("v") && text.length() > 1 && Character.isDigit(text.charAt(1))
                ? text.substring(1)
                : text;
        List<Part> parts = new ArrayList<>();
        Matcher matcher = PART.matcher(plain);
        while (matcher.find()) {
            parts.add(new Part(!matcher.group(1).equals(".") && matcher.start() > 0, matcher.group(2)));
        }
        return trimmed(parts);
    }

    /** Without the parts at the end, and before each hyphen, that say nothing: "1.0.0" is "1", "1.0-rc" is "1-rc". */
    private static List<Part> trimmed(List<Part> parts) {
        List<Part> kept = new ArrayList<>(parts);
        for (int i = kept.size() - 1; i > 0; i--) {
            boolean last = i == kept.size() - 1;
            if (kept.get(i).isNull() && (last || kept.get(i + 1).hyphen())) {
                kept.remove(i);
            }
        }
        return kept;
    }

    @Override
    public int compareTo(Version other) {
        for (int i = 0; i < Math.max(parts.size(), other.parts.size()); i++) {
            int order = i >= parts.size()
                    ? -againstNothing(other.parts.get(i))
                    : i >= other.parts.size()
                            ? againstNothing(parts.get(i))
                            : compare(parts.get(i), other.parts.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int againstNothing(Part part) {
        return part.isNumber() ? new BigInteger(part.text()).signum() : Integer.compare(part.rank(), RELEASE);
    }

    /** ".word" < "-word" < "-number" < ".number". */
    private static int compare(Part a, Part b) {
        int kinds = Integer.compare(kind(a), kind(b));
        if (kinds != 0) {
            return kinds;
        }
        if (a.isNumber()) {
            return new BigInteger(a.text()).compareTo(new BigInteger(b.text()));
        }
        int ranks = Integer.compare(a.rank(), b.rank());
        return ranks != 0 || a.rank() < QUALIFIERS.size() ? ranks : a.text().compareTo(b.text());
    }

    private static int kind(Part part) {
        if (part.isNumber()) {
            return part.hyphen() ? 2 : 3;
        }
        return part.hyphen() ? 1 : 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Version version && compareTo(version) == 0;
    }

    @Override
    public int hashCode() {
        return parts.stream()
                .map(part -> part.isNumber() ? new BigInteger(part.text()).toString() : "" + part.rank())
                .toList()
                .hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
