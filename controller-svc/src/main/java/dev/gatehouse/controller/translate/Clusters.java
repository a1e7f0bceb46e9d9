package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.ClusterSpec.SlicesOwner;
import dev.gatehouse.controller.backend.TelemetryClusters;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.PreRouting;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The clusters of fleets and their endpoints, each with one of the objects that use it. */
final class Clusters {
    /** Identifies a cluster of a fleet. */
    record ClusterKey(String fleet, String name) implements Comparable<ClusterKey> {
        private static final Comparator<ClusterKey> ORDER =
                Comparator.comparing(ClusterKey::fleet).thenComparing(ClusterKey::name);

        @Override
        public int compareTo(ClusterKey other) {
            return ORDER.compare(this, other);
        }
    }

    /** A cluster, and one of the routes that use it. */
    record UsedCluster(ClusterSpec spec, ObjectRef user) {
        Set<ObjectRef> owners() {
            return Set.of(user);
        }
    }

    private final Model model;
    private final ListenerRoutes routes;
    private final Secrets secrets;

    private final List<Collection<ResourceId, Output>> clusters;
    private final List<Collection<ResourceId, Output>> endpoints;
    private final List<Collection<ResourceId, Output>> credentials;

    Clusters(
            Graph graph,
            Model model,
            ListenerRoutes routes,
            Secrets secrets,
            Collection<BindingKey, Contribution> contributions) {
        this.model = model;
        this.routes = routes;
        this.secrets = secrets;
        Collection<ClusterKey, UsedCluster> backends = graph.expand("clusters", model.attachments, this::clustersOf);
        Collection<ClusterKey, UsedCluster> telemetry =
                graph.expand("telemetryClusters", model.telemetry, this::telemetryClusters);
        Collection<ClusterKey, UsedCluster> policies =
                graph.expand("policyClusters", contributions, this::policyClusters);
        Collection<ClusterKey, UsedCluster> filters =
                graph.expand("filterClusters", model.listeners, this::filterClusters);
        clusters = List.of(
                graph.expand("cds", backends, this::cluster),
                graph.expand("cds.telemetry", telemetry, this::cluster),
                graph.expand("cds.filters", filters, this::cluster),
                graph.expand("cds.policies", policies, this::cluster));
        endpoints = List.of(
                graph.expand("eds", backends, this::endpoints),
                graph.expand("eds.telemetry", telemetry, this::endpoints),
                graph.expand("eds.filters", filters, this::endpoints),
                graph.expand("eds.policies", policies, this::endpoints));
        credentials = List.of(
                graph.expand("sds.backends", backends, this::secrets),
                graph.expand("sds.telemetry", telemetry, this::secrets),
                graph.expand("sds.filters", filters, this::secrets),
                graph.expand("sds.policies", policies, this::secrets));
    }

    /** The clusters, and the endpoints of those that have them as a resource of their own. */
    Stream<Collection<ResourceId, Output>> resources() {
        return Stream.concat(clusters.stream(), endpoints.stream());
    }

    /** The secrets by which the clusters are reached. */
    List<Collection<ResourceId, Output>> secrets() {
        return credentials;
    }

    private Map<ResourceId, Output> secrets(Reads reads, ClusterKey key, UsedCluster used) {
        return secrets.of(reads, key.fleet(), used.spec(), used.user());
    }

    private Map<ClusterKey, UsedCluster> clustersOf(Reads reads, ObjectRef ref, Attachments attached) {
        Map<ClusterKey, UsedCluster> clusters = new HashMap<>();
        Map<BindingKey, Attachments.Binding> bindings = new LinkedHashMap<>();
        for (Attachments.Parent parent : attached.parents()) {
            parent.bindings()
                    .forEach(binding -> bindings.putIfAbsent(new BindingKey(binding.listener(), ref), binding));
        }
        bindings.forEach((key, binding) -> {
            String fleet = routes.fleet(reads, key.listener().gateway());
            routes.route(reads, key, binding).ifPresent(route -> {
                List<ClusterSpec> specs = new ArrayList<>(route.clusters());
                if (ref.kind().equals("UDPRoute")) {
                    route.rules().forEach(rule -> specs.add(ListenerRoutes.udpCluster(ref, rule)));
                }
                for (ClusterSpec spec : specs) {
                    clusters.putIfAbsent(new ClusterKey(fleet, spec.name()), new UsedCluster(spec, ref));
                }
            });
        });
        return clusters;
    }

    private Map<ClusterKey, UsedCluster> policyClusters(Reads reads, BindingKey key, Contribution contribution) {
        Map<ClusterKey, UsedCluster> clusters = new HashMap<>();
        List<ClusterSpec> specs = Stream.concat(
                        contribution.securities().stream().flatMap(security -> security.clusters().stream()),
                        contribution.extensions().stream().flatMap(each -> each.clusters().stream()))
                .toList();
        if (!specs.isEmpty()) {
            String fleet = routes.fleet(reads, key.listener().gateway());
            specs.forEach(spec -> clusters.put(new ClusterKey(fleet, spec.name()), new UsedCluster(spec, key.route())));
        }
        return clusters;
    }

    private Map<ClusterKey, UsedCluster> telemetryClusters(Reads reads, String fleet, TelemetryClusters telemetry) {
        Map<ClusterKey, UsedCluster> clusters = new HashMap<>();
        reads.get(model.fleets, fleet)
                .map(members -> members.gateways().getFirst().ref())
                .ifPresent(user -> telemetry
                        .all()
                        .forEach(
                                spec -> clusters.put(new ClusterKey(fleet, spec.name()), new UsedCluster(spec, user))));
        return clusters;
    }

    private Map<ClusterKey, UsedCluster> filterClusters(Reads reads, ListenerKey key, ListenerState listener) {
        Map<ClusterKey, UsedCluster> clusters = new HashMap<>();
        if (listener.serving()) {
            String fleet = routes.fleet(reads, key.gateway());
            for (PreRouting filter : listener.filters()) {
                if (filter instanceof PreRouting.ExternalAuth auth) {
                    clusters.put(
                            new ClusterKey(fleet, auth.cluster().name()), new UsedCluster(auth.cluster(), key.owner()));
                }
            }
        }
        return clusters;
    }

    private Map<ResourceId, Output> cluster(Reads reads, ClusterKey key, UsedCluster used) {
        Output cluster = new Output(
                ClusterResources.cluster(
                        used.spec(),
                        routes.settings(reads, key.fleet()),
                        owner -> slices(reads, key.fleet(), used.spec(), owner),
                        secrets.sources(reads)),
                false,
                used.owners());
        return Map.of(
                new ResourceId(key.fleet(), TypeUrls.CLUSTER, key.name()),
                cluster.with(model.served.ofCluster(reads, used.spec())));
    }

    private Map<ResourceId, Output> endpoints(Reads reads, ClusterKey key, UsedCluster used) {
        Function<SlicesOwner, java.util.Collection<EndpointSlice>> slices =
                owner -> slices(reads, key.fleet(), used.spec(), owner);
        return ClusterResources.hasEndpointResource(used.spec(), slices)
                ? Output.one(
                        key.fleet(),
                        TypeUrls.ENDPOINTS,
                        used.spec().endpointsName(),
                        ClusterResources.endpoints(used.spec(), slices),
                        false,
                        used.owners())
                : Map.of();
    }

    /**
     * The EndpointSlices by which proxies reach a Service: the Service's own, or one with the cluster IP if a policy or
     * the fleet's EnvoyProxy sets this routing type.
     */
    private List<EndpointSlice> slices(Reads reads, String fleet, ClusterSpec cluster, SlicesOwner owner) {
        boolean byService = cluster.settings()
                .routingType()
                .map(type -> type == TrafficSettings.RoutingType.Service)
                .orElseGet(() -> routes.settings(reads, fleet).routingType() == EnvoyProxySpec.RoutingType.Service);
        Optional<EndpointSlice> clusterIp = byService ? model.clusterIp(reads, owner) : Optional.empty();
        return clusterIp.map(List::of).orElseGet(() -> model.endpointSlices(reads, owner));
    }
}
