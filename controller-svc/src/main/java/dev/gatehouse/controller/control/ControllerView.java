package dev.gatehouse.controller.control;

import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.events.Position;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Map;

/**
 * The controller's state at one moment.
 *
 * @param statuses a persistent map, which makes a change as cheap as the number of changed statuses
 * @param infrastructure the desired infrastructure of each fleet
 * @param published for each fleet, the position of its last publication
 * @param taken the ticket of the last changes that it includes
 */
public record ControllerView(
        Map<ObjectKey, GatewayState> gateways,
        Map<ObjectRef, ObjectStatus> statuses,
        Map<String, Infrastructure> infrastructure,
        Map<String, Position> published,
        long taken) {
    /** The state before the first change. */
    public static final ControllerView EMPTY = new ControllerView(Map.of(), Map.of(), Map.of(), Map.of(), 0);

    public ControllerView {
        gateways = Map.copyOf(gateways);
        infrastructure = Map.copyOf(infrastructure);
        published = Map.copyOf(published);
    }
}
