package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.List;
import java.util.Map;

/**
 * The ports and hostnames that a Gateway and its ListenerSets claim.
 *
 * @param listeners the listeners of the Gateway and of accepted ListenerSets, in order of precedence
 * @param listenerSets for each ListenerSet that names the Gateway, the condition that says whether the Gateway admits
 * it
 */
public record GatewayClaims(List<ListenerClaim> listeners, Map<ObjectKey, Condition> listenerSets) {
    public GatewayClaims {
        listeners = List.copyOf(listeners);
        listenerSets = Map.copyOf(listenerSets);
    }
}
