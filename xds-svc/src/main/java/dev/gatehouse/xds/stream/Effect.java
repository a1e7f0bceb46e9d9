package dev.gatehouse.xds.stream;

import dev.gatehouse.events.Position;
import dev.gatehouse.xds.snapshot.ResourceKey;
import dev.gatehouse.xds.snapshot.VersionedResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** An effect of an event on a stream. */
public sealed interface Effect {
    /**
     * A push must be sent.
     *
     * @param removed the names of removed and unknown resources; always empty in the state of the world
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

    /** The subscriber refused a push. {@code resources} are the resources that it named, or all resources that the push changed. */
    record Rejected(Position position, String typeUrl, List<String> resources, String message) implements Effect {
        public Rejected {
            resources = List.copyOf(resources);
        }
    }

    /** The subscriber has accepted all its subscribed resources up to this position. */
    record Applied(Position position, Instant publishedAt) implements Effect {}

    /**
     * The subscriber has answered for all its subscribed resources up to this position. Refused resources stay refused
     * until they change; all other resources are in force.
     */
    record Settled(Position position, Set<ResourceKey> refused) implements Effect {
        public Settled {
            refused = Set.copyOf(refused);
        }
    }
}
