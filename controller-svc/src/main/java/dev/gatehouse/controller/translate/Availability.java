package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.ClusterSpec.SlicesOwner;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Finds the Service ports with ready endpoints, for the condition BackendsAvailable of routes. An address that is added
 * or removed beside other ready addresses does not change this result, and so causes no status update.
 */
final class Availability {
    /** @param ready the names of the ports that have a ready endpoint */
    private record Ports(SortedSet<String> ready) {}

    private final Collection<SlicesOwner, Ports> ports;

    Availability(Graph graph, Collection<SlicesOwner, SortedMap<ObjectKey, Resource<EndpointSlice>>> slices) {
        ports = graph.map("availability", slices, (_, _, each) -> Optional.of(ports(each)));
    }

    private static Ports ports(SortedMap<ObjectKey, Resource<EndpointSlice>> slices) {
        SortedSet<String> ready = new TreeSet<>();
        for (Resource<EndpointSlice> slice : slices.values()) {
            if (slice.spec().endpoints().stream().anyMatch(EndpointSlice.Endpoint::ready)) {
                slice.spec().ports().forEach(port -> ready.add(name(port.name(), port.protocol())));
            }
        }
        return new Ports(ready);
    }

    private static String name(Optional<String> port, String transport) {
        return port.orElse("") + "/" + transport;
    }

    /** The condition of an HTTP route with backends that have no ready endpoint; empty: each backend has a ready endpoint. */
    Optional<Condition> condition(Reads reads, ResolvedRoute route) {
        boolean http = route.rules().stream().anyMatch(ResolvedRoute.Rule.Http.class::isInstance);
        Set<String> missing = new TreeSet<>();
        if (http) {
            for (ClusterSpec cluster : route.clusters()) {
                if (cluster.endpoints() instanceof ClusterSpec.Endpoints.ServicePort service) {
                    missing(reads, service).ifPresent(missing::add);
                }
            }
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(Condition.isFalse(
                        Conditions.BACKENDS_AVAILABLE, "EndpointsNotFound", String.join("\n", missing)));
    }

    private Optional<String> missing(Reads reads, ClusterSpec.Endpoints.ServicePort service) {
        Optional<Ports> found = reads.get(ports, service.owner());
        if (found.map(each -> each.ready().contains(name(service.portName(), service.transport())))
                .orElse(false)) {
            return Optional.empty();
        }
        String object = (service.owner().imported() ? "ServiceImport " : "Service ")
                + service.owner().key();
        return Optional.of(object + " has no ready endpoint.");
    }
}
