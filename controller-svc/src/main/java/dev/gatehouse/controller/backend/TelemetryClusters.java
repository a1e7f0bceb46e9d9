package dev.gatehouse.controller.backend;

import dev.gatehouse.controller.backend.ClusterSpec.Endpoints;
import dev.gatehouse.controller.backend.ClusterSpec.Protocol;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Destination;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The clusters of the destinations of a fleet's access logs, traces and metrics.
 *
 * @param clusters the clusters of access logs and traces, by destination; unresolved destinations are absent
 * @param metrics the clusters of metrics, with the names of {@link #metrics(int)}, which the bootstrap refers to
 * @param problems the unresolved destinations, with the reasons
 */
public record TelemetryClusters(
        Map<Destination, ClusterSpec> clusters, List<ClusterSpec> metrics, List<String> problems) {
    /**
     * How proxies reach a destination.
     *
     * @param authority the name that requests to it have: of its TLS settings, its host, or its Service
     */
    public record Collector(String cluster, String authority) {}

    /** No clusters. */
    public static final TelemetryClusters NONE = new TelemetryClusters(Map.of(), List.of(), List.of());

    public TelemetryClusters {
        clusters = Map.copyOf(clusters);
        metrics = List.copyOf(metrics);
        problems = List.copyOf(problems);
    }

    /**
     * Resolves the destinations of {@code telemetry}. A destination may be in any namespace without a ReferenceGrant,
     * as with Envoy Gateway: the author of an EnvoyProxy operates the proxies.
     *
     * @param proxy the EnvoyProxy that has {@code telemetry}
     */
    public static TelemetryClusters of(ProxyTelemetry telemetry, ObjectKey proxy, BackendResolver backends) {
        Map<Destination, ClusterSpec> clusters = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (Destination destination : telemetry.destinations()) {
            cluster(destination, proxy, backends, problems).ifPresent(cluster -> clusters.put(destination, cluster));
        }
        List<ClusterSpec> metrics = new ArrayList<>();
        List<ProxyTelemetry.MetricsSink> sinks = telemetry.metrics().sinks();
        for (int i = 0; i < sinks.size(); i++) {
            String name = metrics(i);
            cluster(sinks.get(i).destination(), proxy, backends, problems)
                    .ifPresent(cluster -> metrics.add(cluster.renamed(name)));
        }
        return new TelemetryClusters(
                clusters, metrics, problems.stream().distinct().toList());
    }

    /**
     * The name of a metrics sink's cluster, made from the sink's index, so that the bootstrap stays the same when the
     * sink's backend changes.
     */
    public static String metrics(int sink) {
        return "telemetry/metrics/" + sink;
    }

    private static Optional<ClusterSpec> cluster(
            Destination destination, ObjectKey proxy, BackendResolver backends, List<String> problems) {
        List<ClusterGroup.Member> found = new ArrayList<>();
        for (BackendReference reference : destination.backends()) {
            switch (backends.resolveGranted(proxy.namespace(), reference, destination.grpc())) {
                case Target.Found target ->
                    found.add(new ClusterGroup.Member(target.cluster(), reference.weight(), target.standBy()));
                case Target.Unresolved unresolved ->
                    problems.add("EnvoyProxy " + proxy + ": spec.telemetry: " + unresolved.message());
            }
        }
        return together(destination, found);
    }

    /**
     * A copy without the clusters that Envoy would refuse, whose destinations get no telemetry.
     *
     * @param refusal why Envoy would refuse a cluster; empty: Envoy accepts it
     */
    public TelemetryClusters checked(Function<ClusterSpec, Optional<String>> refusal) {
        List<String> all = new ArrayList<>(problems);
        Map<Destination, ClusterSpec> accepted = new HashMap<>();
        clusters.forEach((destination, cluster) -> refusal.apply(cluster)
                .ifPresentOrElse(problem -> all.add(refused(problem)), () -> accepted.put(destination, cluster)));
        List<ClusterSpec> acceptedMetrics = new ArrayList<>();
        metrics.forEach(cluster -> refusal.apply(cluster)
                .ifPresentOrElse(problem -> all.add(refused(problem)), () -> acceptedMetrics.add(cluster)));
        return new TelemetryClusters(
                accepted, acceptedMetrics, all.stream().distinct().toList());
    }

    private static String refused(String problem) {
        return "spec.telemetry: Envoy would refuse the cluster of a sink: " + problem + ".";
    }

    /** A copy with the clusters of {@code other}, which serve destinations that are replaced but still in use. */
    public TelemetryClusters and(TelemetryClusters other) {
        Map<Destination, ClusterSpec> all = new HashMap<>(other.clusters);
        all.putAll(clusters);
        return new TelemetryClusters(all, metrics, problems);
    }

    /** The clusters of all destinations. */
    public Stream<ClusterSpec> all() {
        return Stream.concat(clusters.values().stream(), metrics.stream());
    }

    /** How proxies reach a destination; empty: the destination is unresolved. */
    public Optional<Collector> collector(Destination destination) {
        return Optional.ofNullable(clusters.get(destination))
                .map(cluster -> new Collector(
                        cluster.name(),
                        sni(cluster)
                                .or(() -> host(cluster.endpoints()))
                                .orElseGet(() -> destination
                                        .host()
                                        .orElseGet(() ->
                                                host(destination.backends().getFirst())))));
    }

    private static Optional<String> sni(ClusterSpec cluster) {
        return cluster.tls().stream()
                .map(ClusterSpec.Tls::sni)
                .flatMap(sni ->
                        sni instanceof ClusterSpec.Sni.Fixed fixed ? Stream.of(fixed.hostname()) : Stream.empty())
                .findFirst();
    }

    private static Optional<String> host(Endpoints endpoints) {
        return switch (endpoints) {
            case Endpoints.ServicePort port ->
                Optional.of(port.owner().key().name() + "." + port.owner().key().namespace() + ".svc");
            case Endpoints.Listed listed ->
                listed.places().stream()
                        .map(place -> place.member().endpoint())
                        .flatMap(endpoint -> endpoint instanceof Backend.Endpoint.Fqdn fqdn
                                ? Stream.of(fqdn.hostname())
                                : Stream.empty())
                        .findFirst();
            case Endpoints.Weighted weighted ->
                host(weighted.shares().getFirst().endpoints());
            case Endpoints.Resolved _, Endpoints.OfExtension _ -> Optional.empty();
        };
    }

    private static Optional<ClusterSpec> together(Destination destination, List<ClusterGroup.Member> found) {
        if (destination.backends().isEmpty()) {
            return destination.host().map(host -> host(host, destination).with(destination.settings(), host));
        }
        found.removeIf(member -> member.weight() == 0);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        ClusterSpec first = found.getFirst().cluster();
        String name =
                "telemetry/" + found.stream().map(TelemetryClusters::share).collect(Collectors.joining(","));
        ClusterSpec cluster = found.size() == 1
                ? new ClusterSpec(name, first.endpoints(), first.protocol())
                : ClusterGroup.named(name, found);
        return Optional.of(
                cluster.with(destination.settings(), host(destination.backends().getFirst())));
    }

    private static String share(ClusterGroup.Member member) {
        return member.cluster().name()
                + (member.weight() == 1 ? "" : "*" + member.weight())
                + (member.standBy() ? "(stand-by)" : "");
    }

    /** The Host header of health checks that do not set one. */
    private static String host(BackendReference reference) {
        return reference.name() + reference.namespace().map(each -> "." + each).orElse("");
    }

    private static ClusterSpec host(String host, Destination destination) {
        Backend.Endpoint endpoint = host.matches("[0-9.]+|.*:.*")
                ? new Backend.Endpoint.Ip(host, destination.port())
                : new Backend.Endpoint.Fqdn(host, destination.port());
        return new ClusterSpec(
                "telemetry/" + host + ":" + destination.port() + (destination.grpc() ? "/h2" : ""),
                new Endpoints.Listed(List.of(ClusterSpec.Place.of(endpoint, Optional.empty()))),
                destination.grpc() ? Protocol.HTTP2 : Protocol.HTTP1);
    }
}
