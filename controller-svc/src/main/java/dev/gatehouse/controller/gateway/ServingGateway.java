package dev.gatehouse.controller.gateway;

import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.List;
import java.util.Optional;

/**
 * The part of a served Gateway that routes and policies depend on. A change of the Gateway's metadata, conditions or
 * ListenerSet outcomes leaves it equal, so that routes and policies are not computed again.
 *
 * @param controllerName the controller name of its GatewayClass
 * @param fleet the name of the fleet of proxies that serves it
 * @param proxy how its proxies are run
 * @param listeners the listeners of the Gateway and of accepted ListenerSets, in order of precedence
 * @param backendClientCertificate the Secret with Envoy's client certificate for backends; empty: none, or an invalid
 * one
 */
public record ServingGateway(
        ObjectKey key,
        String controllerName,
        String fleet,
        ProxyParameters proxy,
        List<ListenerState> listeners,
        Optional<ObjectKey> backendClientCertificate) {
    public ServingGateway {
        listeners = List.copyOf(listeners);
    }

    /** Extracts the serving part of {@code state}. */
    public static ServingGateway of(GatewayState state) {
        return new ServingGateway(
                state.gateway().key(),
                state.controllerName(),
                state.fleet(),
                state.proxy(),
                state.listeners(),
                state.backendClientCertificate());
    }
}
