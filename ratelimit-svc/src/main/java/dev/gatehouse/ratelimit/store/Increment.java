package dev.gatehouse.ratelimit.store;

import dev.gatehouse.ratelimit.limit.Window;

/**
 * Hits to add to a counter.
 *
 * @param key names the counter; another window is another key
 * @param hits 0: read it only
 * @param window after its end the counter may be forgotten
 */
public record Increment(String key, long hits, Window window) {
    public Increment {
        if (hits < 0) {
            throw new IllegalArgumentException("hits: " + hits + " (expected: 0 or more)");
        }
    }
}
