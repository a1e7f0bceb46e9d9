package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSpec.SlicesOwner;
import dev.gatehouse.controller.gateway.FleetAddresses;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.infrastructure.FleetNames;
import dev.gatehouse.controller.infrastructure.LocalCluster;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ClusterNode;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.Metadata;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** Reads the Services in front of the proxies: the addresses at which clients reach Gateways, and the zones of a fleet's proxies. */
final class Infrastructures {
    private static final String OWNING_NAME = "gateway.envoyproxy.io/owning-gateway-name";
    private static final String OWNING_NAMESPACE = "gateway.envoyproxy.io/owning-gateway-namespace";
    private static final String OWNING_CLASS = "gateway.envoyproxy.io/owning-gatewayclass";
    private static final String ALL_NODES = "";

    /** The owner of the proxies behind a Service: a Gateway, or a class that merges its Gateways. */
    private record Owner(String namespace, String name) {
        static Owner gateway(ObjectKey key) {
            return new Owner(key.namespace(), FleetNames.labelValue(key.name()));
        }

        static Owner ofClass(String name) {
            return new Owner("", FleetNames.labelValue(name));
        }
    }

    private final Collection<ObjectKey, FleetAddresses> addresses;
    private final Collection<ResourceId, Output> localClusters;

    Infrastructures(Graph graph, Inputs inputs, Model model, Settings.Infrastructure infrastructure) {
        switch (infrastructure) {
            case Settings.Infrastructure.Host _ -> {
                addresses = graph.map(
                        "addresses",
                        model.gateways,
                        (_, _, state) -> Optional.of(
                                FleetAddresses.ofHost(state.gateway().spec())));
                localClusters = graph.expand("eds.local", model.fleets, (_, _, _) -> Map.of());
            }
            case Settings.Infrastructure.Cluster cluster -> {
                Collection<Owner, SortedMap<ObjectKey, Resource<Service>>> services = graph.group(
                        "fleetServices", inputs.of(Kinds.SERVICE), (_, service) -> owners(service.metadata(), cluster));
                Collection<String, SortedMap<ObjectKey, Resource<ClusterNode>>> nodes =
                        graph.group("nodes", inputs.of(Kinds.NODE), (_, _) -> Set.of(ALL_NODES));
                addresses = graph.map(
                        "addresses",
                        model.gateways,
                        (reads, _, state) -> Optional.of(
                                ofService(state, service(reads, services, state), model.slices, nodes, reads)));
                localClusters = graph.expand(
                        "eds.local",
                        model.fleets,
                        (reads, name, fleet) -> localCluster(
                                name,
                                slices(
                                        reads,
                                        service(
                                                reads,
                                                services,
                                                fleet.gateways().getFirst()),
                                        model.slices)));
            }
        }
    }

    /** The local cluster exists from the start: proxies wait for it before they request anything else. */
    private static Map<ResourceId, Output> localCluster(String fleet, List<EndpointSlice> slices) {
        return Map.of(
                new ResourceId(fleet, TypeUrls.ENDPOINTS, LocalCluster.NAME),
                new Output(LocalCluster.endpoints(slices), false, Set.of()));
    }

    private static List<EndpointSlice> slices(
            Reads reads,
            Optional<Resource<Service>> service,
            Collection<SlicesOwner, SortedMap<ObjectKey, Resource<EndpointSlice>>> slices) {
        return service.flatMap(each -> reads.get(slices, new SlicesOwner(false, each.key()))).stream()
                .flatMap(each -> each.values().stream())
                .map(Resource::spec)
                .toList();
    }

    /** The proxies of each fleet by their zones. */
    Collection<ResourceId, Output> localClusters() {
        return localClusters;
    }

    /** The addresses at which clients reach each Gateway. */
    Collection<ObjectKey, FleetAddresses> addresses() {
        return addresses;
    }

    /**
     * The owners of the proxies behind a Service in the controller's namespace or in the Gateway's own. The author of a
     * Service elsewhere must not be able to give a Gateway addresses.
     */
    private static Set<Owner> owners(Metadata service, Settings.Infrastructure.Cluster cluster) {
        Map<String, String> labels = service.labels();
        boolean controllers = service.key().namespace().equals(cluster.namespace());
        if (labels.containsKey(OWNING_NAME) && labels.containsKey(OWNING_NAMESPACE)) {
            String namespace = labels.get(OWNING_NAMESPACE);
            return controllers || service.key().namespace().equals(namespace)
                    ? Set.of(new Owner(namespace, labels.get(OWNING_NAME)))
                    : Set.of();
        }
        return controllers && labels.containsKey(OWNING_CLASS)
                ? Set.of(new Owner("", labels.get(OWNING_CLASS)))
                : Set.of();
    }

    private static Optional<Resource<Service>> service(
            Reads reads, Collection<Owner, SortedMap<ObjectKey, Resource<Service>>> services, GatewayState state) {
        Owner owner = state.merged()
                ? Owner.ofClass(state.fleet())
                : Owner.gateway(state.gateway().key());
        return reads.get(services, owner).map(found -> found.firstEntry().getValue());
    }

    private static FleetAddresses ofService(
            GatewayState state,
            Optional<Resource<Service>> service,
            Collection<SlicesOwner, SortedMap<ObjectKey, Resource<EndpointSlice>>> slices,
            Collection<String, SortedMap<ObjectKey, Resource<ClusterNode>>> nodes,
            Reads reads) {
        boolean byNodes = service.map(Resource::spec)
                .map(each ->
                        each.type().equals("NodePort") || !each.externalIps().isEmpty())
                .orElse(false);
        List<ClusterNode> reachable = byNodes
                ? reads.get(nodes, ALL_NODES)
                        .map(all -> all.values().stream().map(Resource::spec).toList())
                        .orElse(List.of())
                : List.of();
        long ready = slices(reads, service, slices).stream()
                .flatMap(slice -> slice.endpoints().stream())
                .filter(EndpointSlice.Endpoint::ready)
                .count();
        return FleetAddresses.of(
                state.gateway().spec(), service.map(Resource::spec), reachable, Math.toIntExact(Math.min(ready, 1)));
    }
}
