package dev.gatehouse.xds.view;

import dev.gatehouse.events.Position;
import dev.gatehouse.xds.stream.TypeStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A subscriber's stream at one moment.
 *
 * @param version Envoy's version, or the callout service's; empty: it did not say
 * @param protocol "delta" or "sotw"
 * @param applied up to where in the config log it has accepted everything; empty: not yet
 */
public record Subscriber(
        String fleet,
        String nodeId,
        String version,
        String protocol,
        Instant connectedAt,
        List<TypeStatus> types,
        Optional<Position> applied) {
    public Subscriber {
        types = List.copyOf(types);
    }
}
