package dev.gatehouse.ratelimit.decision;

import dev.gatehouse.ratelimit.descriptor.Descriptor;
import java.util.List;

/** The descriptors of one HTTP request. */
public record Request(String domain, List<Descriptor> descriptors) {
    public Request {
        descriptors = List.copyOf(descriptors);
        if (domain.isEmpty()) {
            throw new IllegalArgumentException("domain: \"\" (expected: the name of a domain)");
        }
        if (descriptors.isEmpty()) {
            throw new IllegalArgumentException("descriptors: none (expected: at least one)");
        }
    }
}
