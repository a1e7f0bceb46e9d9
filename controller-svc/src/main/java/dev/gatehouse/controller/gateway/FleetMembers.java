package dev.gatehouse.controller.gateway;

import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.List;
import java.util.Optional;

/**
 * The Gateways that a fleet of proxies serves: one, or all of a class that merges them.
 *
 * @param gateways at least one, in order of precedence
 * @param limits how the proxies call ratelimit-svc
 * @param tables how the proxies get their route tables
 */
public record FleetMembers(String name, List<GatewayState> gateways, LimitCalls limits, TableForm tables) {
    public FleetMembers {
        gateways = List.copyOf(gateways);
        if (gateways.isEmpty()) {
            throw new IllegalArgumentException("gateways of fleet " + name + ": none (expected: at least one)");
        }
    }

    /** How the proxies are run. Gateways that share a fleet take this from their GatewayClass. */
    public ProxyParameters proxy() {
        return gateways.getFirst().proxy();
    }

    /** The settings of the proxies. */
    public EnvoyProxySpec settings() {
        return proxy().spec();
    }

    /** True if the fleet belongs to a GatewayClass that merges its Gateways. */
    public boolean merged() {
        return gateways.getFirst().merged();
    }

    /** The fleet's Gateway with the given name. */
    public Optional<GatewayState> gateway(ObjectKey key) {
        return gateways.stream()
                .filter(state -> state.gateway().key().equals(key))
                .findFirst();
    }

    /** The client certificate validation that the Gateway of {@code listener} specifies. */
    public Optional<Gateway.Validation> frontendValidation(ListenerState listener) {
        return gateway(listener.key().gateway())
                .flatMap(state -> state.gateway().spec().frontendTls())
                .flatMap(frontend -> frontend.of(listener.spec()));
    }

    /** The listeners of all Gateways of the fleet, in order of precedence. */
    public List<ListenerState> listeners() {
        return gateways.stream().flatMap(state -> state.listeners().stream()).toList();
    }
}
