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
 * @param tables how they get their route tables
 */
public record FleetMembers(String name, List<GatewayState> gateways, LimitCalls limits, TableForm tables) {
    public FleetMembers {
        gateways = List.copyOf(gateways);
        if (gateways.isEmpty()) {
            throw new IllegalArgumentException("gateways of fleet " + name + ": none (expected: at least one)");
        }
    }

    /** How the proxies are run: Gateways that share a fleet have that from their class. */
    public ProxyParameters proxy() {
        return gateways.getFirst().proxy();
    }

    /** What the proxies are asked for. */
    public EnvoyProxySpec settings() {
        return proxy().spec();
    }

    /** True if the fleet is a class's, not a Gateway's. */
    public boolean merged() {
        return gateways.getFirst().merged();
    }

    /** A Gateway of the fleet. */
    public Optional<GatewayState> gateway(ObjectKey key) {
        return gateways.stream()
                .filter(state -> state.gateway().key().equals(key))
                .findFirst();
    }

    /** Which certificates the Gateway of {@code listener} asks clients for. */
    public Optional<Gateway.Validation> frontendValidation(ListenerState listener) {
        return gateway(listener.key().gateway())
                .flatMap(state -> state.gateway().spec().frontendTls())
                .flatMap(frontend -> frontend.on(listener.spec().port()));
    }

    /** The listeners of all of them, in order of precedence. */
    public List<ListenerState> listeners() {
        return gateways.stream().flatMap(state -> state.listeners().stream()).toList();
    }
}
