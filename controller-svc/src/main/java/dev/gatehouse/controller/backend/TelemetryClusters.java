package dev.gatehouse.controller.backend;

import dev.gatehouse.controller.backend.ClusterSpec.Endpoints;
import dev.gatehouse.controller.backend.ClusterSpec.Protocol;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Destination;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The clusters by which a fleet's proxies reach the destinations of their access logs and traces.
 *
 * @param clusters by destination; one that cannot be reached is not among them
 * @param closed destinations of metrics that a BackendTLSPolicy is for: metrics go by the bootstrap, which knows no policy, and must not go
 *     in plain text
 * @param problems why some cannot be reached
 */
public record TelemetryClusters(
        Map<Destination, ClusterSpec> clusters, Set<Destination> closed, List<String> problems) {
    /** None. */
    public static final TelemetryClusters NONE = new TelemetryClusters(Map.of(), Set.of(), List.of());

    public TelemetryClusters {
        clusters = Map.copyOf(clusters);
        closed = Set.copyOf(closed);
        problems = List.copyOf(problems);
    }

    /**
     * Resolves the destinations of {@code telemetry}.
     *
     * @param proxy the EnvoyProxy that names them
     */
    public static TelemetryClusters of(ProxyTelemetry telemetry, ObjectKey proxy, BackendResolver backends) {
        ReferenceGrant.Origin origin =
                new ReferenceGrant.Origin(Kinds.ENVOY_GATEWAY_GROUP, Kinds.ENVOY_PROXY.name(), proxy.namespace());
        Map<Destination, ClusterSpec> clusters = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (Destination destination : telemetry.destinations()) {
            List<ClusterGroup.Member> found = new ArrayList<>();
            for (BackendReference reference : destination.backends()) {
                switch (backends.resolve(origin, reference, destination.grpc(), "TCP")) {
                    case Target.Found target ->
                        found.add(new ClusterGroup.Member(target.cluster(), reference.weight(), target.standBy()));
                    case Target.Unresolved unresolved ->
                        problems.add("EnvoyProxy " + proxy + ": spec.telemetry: " + unresolved.message());
                }
            }
            together(destination, found).ifPresent(cluster -> clusters.put(destination, cluster));
        }
        Set<Destination> closed = new HashSet<>();
        for (ProxyTelemetry.MetricsSink sink : telemetry.metrics().sinks()) {
            for (BackendReference reference : sink.destination().backends()) {
                if (!isPlain(backends.resolve(origin, reference, true, "TCP"))) {
                    closed.add(sink.destination());
                    problems.add("EnvoyProxy " + proxy + ": spec.telemetry.metrics.sinks: " + reference.kind() + " "
                            + reference.key(proxy.namespace())
                            + " has a BackendTLSPolicy, and metrics cannot be sent by TLS; none are sent there.");
                }
            }
        }
        return new TelemetryClusters(clusters, closed, problems);
    }

    private static boolean isPlain(Target target) {
        return switch (target) {
            case Target.Found found -> found.cluster().tls().isEmpty();
            case Target.Unresolved unresolved -> !unresolved.reason().equals(BackendResolver.INVALID_TLS);
        };
    }

    /** The name of the cluster of a destination; empty: it cannot be reached. */
    public Optional<String> name(Destination destination) {
        return Optional.ofNullable(clusters.get(destination)).map(ClusterSpec::name);
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

    /** By which a health check calls a backend that does not say it. */
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
