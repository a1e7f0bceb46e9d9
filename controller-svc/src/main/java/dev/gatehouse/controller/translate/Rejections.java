package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The proxies' rejections by object. A changed report of a fleet's proxies affects only the objects whose resources the proxies reject. */
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

    /** The error message of a proxy of {@code fleet} that rejects a resource made from {@code object}. */
    Optional<String> of(Reads reads, String fleet, ObjectRef object) {
        return reads.get(messages, new Key(fleet, object));
    }
}
