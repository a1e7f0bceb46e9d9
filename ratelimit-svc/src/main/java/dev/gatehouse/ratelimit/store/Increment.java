package dev.gatehouse.ratelimit.store;

import dev.gatehouse.ratelimit.limit.Window;

/**
 * Hits to add to a counter.
 *
 * @param key the counter's name, which differs between windows
 * @param hits the hits to add; 0: the counter is only read
 * @param window the counter may be dropped after the end of this window
 */
public record Increment(String key, long hits, Window window) {
    public Increment {
        if (hits < 0) {
            throw new IllegalArgumentException("hits: " + hits + " (expected: 0 or more)");
        }
    }
}
