package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Gateway of ours.
 *
 * @param controllerName of its GatewayClass: by which name we say what becomes of it
 * @param gatewayClass its GatewayClass
 * @param fleet the name of the fleet of proxies that serves it: its own, "namespace/name", or its class's
 * @param proxy how its proxies are run
 * @param listeners its own and those of accepted ListenerSets, in order of precedence
 * @param listenerSets what became of each ListenerSet that names the Gateway
 * @param backendClientCertificate the Secret that Envoy shows to backends, where valid
 * @param conditions those of the Gateway itself, but for Programmed
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

    /** True if the fleet serves all Gateways of the class. */
    public boolean merged() {
        return fleet.equals(gatewayClass.name());
    }
}
