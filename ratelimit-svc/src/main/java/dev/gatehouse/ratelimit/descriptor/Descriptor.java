package dev.gatehouse.ratelimit.descriptor;

import dev.gatehouse.ratelimit.limit.Limit;
import java.util.List;
import java.util.Optional;

/**
 * A descriptor of a request ({@code envoy.extensions.common.ratelimit.v3.RateLimitDescriptor}).
 *
 * @param override replaces the configured limit; empty: not overridden
 * @param hits the cost of the request; 0: the counter is read and not changed
 */
public record Descriptor(List<Entry> entries, Optional<Limit> override, long hits) {
    public Descriptor {
        entries = List.copyOf(entries);
        if (hits < 0) {
            throw new IllegalArgumentException(
                    "hits_addend: " + Long.toUnsignedString(hits) + " (expected: less than 2^63)");
        }
    }

    /** The first key, which the configuration names: what follows comes from requests. */
    public Optional<String> rule() {
        return entries.stream().findFirst().map(Entry::key);
    }
}
