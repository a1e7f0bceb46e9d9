package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What proxies refuse, by object: a report of a fleet's proxies concerns the objects that they refuse something of, and no others. */
final class Rejections {
    private record Key(String fleet, ObjectRef object) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int order = fleet.compareTo(other.fleet);
            return order != 0 ? order : object.compareTo(other.object);
        }
    }

    private final Collection<Key, String> messages;

    Rejections(Graph graph, Collection<String, FleetState> fleetStates) {
        messages = graph.expand("rejections", fleetStates, (_, fleet, state) -> {
            Map<Key, String> refused = new HashMap<>();
            state.rejections().forEach((object, message) -> refused.put(new Key(fleet, object), message));
            return refused;
        });
    }

    /** The words of a proxy of {@code fleet} that refuses something of {@code object}. */
    Optional<String> of(Reads reads, String fleet, ObjectRef object) {
        return reads.get(messages, new Key(fleet, object));
    }
}
