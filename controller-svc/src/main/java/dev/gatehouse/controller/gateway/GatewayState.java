package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Gateway that this controller serves, resolved.
 *
 * @param controllerName the controller name of its GatewayClass, which the statuses carry
 * @param gatewayClass its GatewayClass
 * @param fleet the name of the fleet of proxies that serves it: the Gateway's own fleet, "namespace/name", or its
 * class's fleet
 * @param proxy how its proxies are run
 * @param listeners the listeners of the Gateway and of accepted ListenerSets, in order of precedence
 * @param listenerSets the outcome for each ListenerSet that names the Gateway
 * @param backendClientCertificate the Secret with Envoy's client certificate for backends; empty: none, or an invalid
 * one
 * @param conditions the Gateway's own conditions, except Programmed
 */
public record GatewayState(
        Resource<Gateway> gateway,
        String controllerName,
        Resource<GatewayClass> gatewayClass,
        String fleet,
        ProxyParameters proxy,
        List<ListenerState> listeners,
        Map<ObjectKey, Condition> listenerSets,
        Optional<ObjectKey> backendClientCertificate,
        List<Condition> conditions) {
    public GatewayState {
        listeners = List.copyOf(listeners);
        listenerSets = Map.copyOf(listenerSets);
        conditions = List.copyOf(conditions);
    }

    public ObjectRef ref() {
        return ObjectRef.of(Kinds.GATEWAY, gateway.key());
    }

    /** True if the fleet serves all Gateways of the class. */
    public boolean merged() {
        return fleet.equals(gatewayClass.name());
    }
}
