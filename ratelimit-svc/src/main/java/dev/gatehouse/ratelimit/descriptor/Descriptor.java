package dev.gatehouse.ratelimit.descriptor;

import dev.gatehouse.ratelimit.limit.Limit;
import java.util.List;
import java.util.Optional;

/**
 * One of the things that a request counts as ({@code envoy.extensions.common.ratelimit.v3.RateLimitDescriptor}).
 *
 * @param override stands for the configured limit where there is one
 * @param hits what the request costs; 0: look, do not count
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
