package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.List;
import java.util.Map;

/**
 * What a Gateway and its ListenerSets ask for.
 *
 * @param listeners the Gateway's own and those of accepted ListenerSets, in order of precedence
 * @param listenerSets whether each ListenerSet that names the Gateway is let in
 */
public record GatewayClaims(List<ListenerClaim> listeners, Map<ObjectKey, Condition> listenerSets) {
    public GatewayClaims {
        listeners = List.copyOf(listeners);
        listenerSets = Map.copyOf(listenerSets);
    }
}
