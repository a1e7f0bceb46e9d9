package dev.gatehouse.xds.snapshot;

import dev.gatehouse.events.Position;
import java.time.Instant;
import java.util.Map;

/**
 * All resources of a fleet after one transaction. Immutable. The set of a type is the same object from one snapshot to the
 * next as long as nothing of that type changed.
 *
 * @param position of the fleet's last transaction
 * @param publishedAt when the controller published it
 * @param trace the span that published it, as {@code traceparent}; empty: none
 * @param types by type URL
 */
public record FleetSnapshot(
        String fleet, Position position, Instant publishedAt, String trace, Map<String, ResourceSet> types) {
    /** The state after a change that is not traced. */
    public FleetSnapshot(String fleet, Position position, Instant publishedAt, Map<String, ResourceSet> types) {
        this(fleet, position, publishedAt, "", types);
    }

    public FleetSnapshot {
        types = Map.copyOf(types);
    }

    /** Resources of a type by name; empty where there are none. */
    public ResourceSet ofType(String typeUrl) {
        return types.getOrDefault(typeUrl, ResourceSet.EMPTY);
    }
}
