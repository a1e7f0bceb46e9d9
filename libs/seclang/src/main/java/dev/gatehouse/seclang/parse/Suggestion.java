package dev.gatehouse.seclang.parse;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Finds the name that somebody may have meant. */
public final class Suggestion {
    private static final int LONGEST = 64;

    private Suggestion() {}

    /** {@code ; did you mean X?}, or nothing if no known name is near. */
    public static String of(String written, Collection<String> known) {
        if (written.length() > LONGEST) {
            return "";
        }
        String lower = written.toLowerCase(Locale.ROOT);
        int allowed = Math.max(1, written.length() / 4);
        return known.stream()
                .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT)) <= allowed)
                .min(Comparator.comparingInt((String name) -> distance(lower, name.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()))
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }

    /** Levenshtein's. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
