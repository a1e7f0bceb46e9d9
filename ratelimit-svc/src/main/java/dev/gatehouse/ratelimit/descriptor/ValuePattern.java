package dev.gatehouse.ratelimit.descriptor;

import java.util.List;

/** A value with {@code *} for any run of characters, as often as wanted. Matches in the length of pattern times value at worst. */
final class ValuePattern {
    private final String prefix;
    private final List<String> middle;
    private final String suffix;

    private ValuePattern(String prefix, List<String> middle, String suffix) {
        this.prefix = prefix;
        this.middle = List.copyOf(middle);
        this.suffix = suffix;
    }

    static ValuePattern of(String pattern) {
        int first = pattern.indexOf('*');
        if (first < 0) {
            throw new IllegalArgumentException("pattern: \"" + pattern + "\" (expected: a *)");
        }
        int last = pattern.lastIndexOf('*');
        List<String> middle = first == last
                ? List.of()
                : List.of(pattern.substring(first + 1, last).split("\\*"));
        return new ValuePattern(pattern.substring(0, first), middle, pattern.substring(last + 1));
    }

    boolean matches(String value) {
        if (value.length() < prefix.length() + suffix.length()
                || !value.startsWith(prefix)
                || !value.endsWith(suffix)) {
            return false;
        }
        int at = prefix.length();
        int end = value.length() - suffix.length();
        for (String part : middle) {
            int found = value.indexOf(part, at);
            if (found < 0 || found + part.length() > end) {
                return false;
            }
            at = found + part.length();
        }
        return true;
    }
}
