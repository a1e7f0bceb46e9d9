package dev.gatehouse.ratelimit.limit;

import java.util.Locale;

/**
 * So many requests in so much time.
 *
 * @param requests the most requests in one window; 0: no request is allowed
 * @param name the rule's name; empty: the rule has no name
 */
public record Limit(long requests, Unit unit, String name) {
    public Limit {
        if (requests < 0) {
            throw new IllegalArgumentException("requests_per_unit: " + requests + " (expected: 0 or more)");
        }
    }

    /** For people: "10/minute". */
    public String text() {
        return requests + "/" + unit.name().toLowerCase(Locale.ROOT);
    }
}
