package dev.gatehouse.xds.stream;

import dev.gatehouse.events.Position;
import dev.gatehouse.xds.snapshot.ResourceKey;
import dev.gatehouse.xds.snapshot.VersionedResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What follows from an event on a stream. */
public sealed interface Effect {
    /**
     * Send this.
     *
     * @param removed names of resources that are gone, or that never were; always empty in the state of the world
     */
    record Push(String typeUrl, String version, String nonce, List<VersionedResource> resources, List<String> removed)
            implements Effect {
        public Push {
            resources = List.copyOf(resources);
            removed = List.copyOf(removed);
        }
    }

    /** The subscriber accepted a push. */
    record Acknowledged(String typeUrl, Duration latency) implements Effect {}

    /** The subscriber refused a push; {@code resources} are those it named, or all that the push changed. */
    record Rejected(Position position, String typeUrl, List<String> resources, String message) implements Effect {
        public Rejected {
            resources = List.copyOf(resources);
        }
    }

    /** The subscriber has accepted all that it subscribes to, up to this position. */
    record Applied(Position position, Instant publishedAt) implements Effect {}

    /**
     * The subscriber has answered all that it subscribes to, up to this position; what it refuses stays refused until it changes, and
     * all else is in force.
     */
    record Settled(Position position, Set<ResourceKey> refused) implements Effect {
        public Settled {
            refused = Set.copyOf(refused);
        }
    }
}
