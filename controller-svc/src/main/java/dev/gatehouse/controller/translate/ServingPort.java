package dev.gatehouse.controller.translate;

import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The serving listeners of a port. */
record ServingPort(FleetMembers fleet, List<ListenerState> listeners) {
    /** The Gateways that have these listeners. */
    Set<ObjectRef> owners() {
        return listeners.stream()
                .map(listener -> ObjectRef.of(Kinds.GATEWAY, listener.key().gateway()))
                .collect(Collectors.toSet());
    }
}
