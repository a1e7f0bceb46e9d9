package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/** The contributions of policies and of EnvoyProxies to Envoy listeners, by kind. */
record ListenerPolicies(
        PolicyHolds<ClientPolicy> clients,
        PolicyHolds<Security> securities,
        PolicyHolds<Extensions> extensions,
        PolicyHolds<ProxyTelemetry> telemetry) {
    /**
     * Adds the contributions to the listener of a port as its parts, each of which can be held back alone.
     *
     * @param own a hash of what the listener has without policies
     * @param which the listeners of the Gateway that it serves
     */
    Output describe(Reads reads, PortKey port, IntSupplier own, Predicate<ListenerKey> which, Output listener) {
        Map<OutputPart, Integer> fingerprints = new HashMap<>();
        Set<OutputPart> heldBack = new HashSet<>();
        Map<OutputPart, Set<String>> names = new HashMap<>();
        for (PolicyHolds<?> each : List.of(clients, securities, extensions, telemetry)) {
            PolicyHolds.Parts parts = each.parts(reads, port, which);
            fingerprints.putAll(parts.fingerprints());
            heldBack.addAll(parts.heldBack());
            names.putAll(parts.names());
        }
        return fingerprints.isEmpty() && heldBack.isEmpty()
                ? listener
                : listener.of(fingerprints, heldBack, new Clues(OptionalInt.of(own.getAsInt()), names));
    }

    void hold(Graph.Writes writes, PolicyPart part, Optional<Hold> hold) {
        of(part).hold(writes, part, hold);
    }

    void accept(Graph.Writes writes, PolicyPart part, int fingerprint) {
        of(part).accept(writes, part, fingerprint);
    }

    void forget(Graph.Writes writes, PolicyPart part) {
        of(part).forget(writes, part);
    }

    private PolicyHolds<?> of(PolicyPart part) {
        String kind = part.owner().kind();
        if (kind.equals(Kinds.CLIENT_TRAFFIC_POLICY.name())) {
            return clients;
        }
        if (kind.equals(Kinds.ENVOY_PROXY.name())) {
            return telemetry;
        }
        return kind.equals(Kinds.SECURITY_POLICY.name()) ? securities : extensions;
    }
}
