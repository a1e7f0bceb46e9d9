package dev.gatehouse.controller.gateway;

import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.List;
import java.util.Optional;

/**
 * What routes and policies depend on of a Gateway of ours: a change of its metadata, of its conditions or of what became of its
 * ListenerSets is none to them.
 *
 * @param controllerName of its GatewayClass
 * @param fleet the name of the fleet of proxies that serves it
 * @param proxy how its proxies are run
 * @param listeners its own and those of accepted ListenerSets, in order of precedence
 * @param backendClientCertificate the Secret that Envoy shows to backends, where valid
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

    /** Of the whole state. */
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
