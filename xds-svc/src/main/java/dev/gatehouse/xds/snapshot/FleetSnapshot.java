package dev.gatehouse.xds.snapshot;

import dev.gatehouse.events.Position;
import java.time.Instant;
import java.util.Map;

/**
 * All resources of a fleet after one transaction. Immutable. The map of a type is the same object from one snapshot to the
 * next as long as nothing of that type changed.
 *
 * @param position of the fleet's last transaction
 * @param publishedAt when the controller published it
 * @param types type URL to name to resource
 */
public record FleetSnapshot(
        String fleet, Position position, Instant publishedAt, Map<String, Map<String, VersionedResource>> types) {
    public FleetSnapshot {
        types = Map.copyOf(types);
    }

    /** Resources of a type by name; empty where there are none. */
    public Map<String, VersionedResource> ofType(String typeUrl) {
        return types.getOrDefault(typeUrl, Map.of());
    }
}
