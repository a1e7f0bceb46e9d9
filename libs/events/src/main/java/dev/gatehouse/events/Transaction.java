package dev.gatehouse.events;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A change of one fleet that takes effect as a whole or not at all.
 *
 * @param publishedAt when the controller published it: the start of the propagation time
 * @param fleetRemoved the fleet is gone, with all its resources; then there are no puts
 * @param trace the span that published it, as {@code traceparent} of W3C Trace Context; empty: the change is not traced. A replay has none
 */
public record Transaction(
        String fleet,
        List<Put> puts,
        List<ResourceId> deletes,
        Instant publishedAt,
        boolean fleetRemoved,
        String trace) {
    /** A transaction of a change that is not traced. */
    public Transaction(
            String fleet, List<Put> puts, List<ResourceId> deletes, Instant publishedAt, boolean fleetRemoved) {
        this(fleet, puts, deletes, publishedAt, fleetRemoved, "");
    }

    public Transaction {
        puts = List.copyOf(puts);
        deletes = List.copyOf(deletes);
        Set<ResourceId> seen = new HashSet<>();
        for (Put put : puts) {
            requireOnceAndOwn(fleet, put.id(), seen);
        }
        for (ResourceId id : deletes) {
            requireOnceAndOwn(fleet, id, seen);
        }
        if (fleetRemoved && !puts.isEmpty()) {
            throw new IllegalArgumentException(
                    "fleet " + fleet + ": removed, with " + puts.size() + " puts (expected: none)");
        }
    }

    private static void requireOnceAndOwn(String fleet, ResourceId id, Set<ResourceId> seen) {
        if (!id.fleet().equals(fleet)) {
            throw new IllegalArgumentException(id + " in a transaction of another fleet (expected: " + fleet + ")");
        }
        if (!seen.add(id)) {
            throw new IllegalArgumentException(id + " twice in one transaction (expected: once)");
        }
    }
}
