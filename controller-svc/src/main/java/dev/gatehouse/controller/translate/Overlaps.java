package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.gatewayapi.HttpRoute;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ValueMatch;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Finds routes with equal matches for the same hostname of a listener. Only the route with precedence gets the requests
 * (Gateway API). The condition RouteRulesOverlap reports the overlap on all of these routes, as in Envoy Gateway.
 */
final class Overlaps {
    private static final Comparator<ValueMatch> BY_NAME = Comparator.comparing(ValueMatch::name)
            .thenComparing(ValueMatch::type)
            .thenComparing(ValueMatch::value);

    /** A match with its listener and hostname. Headers and parameters are sorted, so that their order does not matter. */
    private record MatchKey(
            ListenerKey listener,
            String hostname,
            HttpRoute.PathMatch path,
            List<ValueMatch> headers,
            List<ValueMatch> queryParams,
            Optional<String> method,
            boolean grpc) {}

    private final Collection<BindingKey, Set<MatchKey>> matches;
    private final Collection<MatchKey, SortedMap<BindingKey, Set<MatchKey>>> routes;

    Overlaps(
            Graph graph,
            Collection<BindingKey, Attachments.Binding> bindings,
            Collection<ObjectRef, ResolvedRoute> resolved) {
        matches = graph.map(
                "overlaps.matches",
                bindings,
                (reads, key, binding) -> reads.get(resolved, key.route())
                        .map(route -> keys(key.listener(), binding, route))
                        .filter(keys -> !keys.isEmpty()));
        routes = graph.group("overlaps", matches, (_, keys) -> keys);
    }

    private static Set<MatchKey> keys(ListenerKey listener, Attachments.Binding binding, ResolvedRoute route) {
        Set<MatchKey> keys = new HashSet<>();
        for (ResolvedRoute.Rule rule : route.rules()) {
            if (rule instanceof ResolvedRoute.Rule.Http http) {
                for (ResolvedRoute.Match match : http.matches()) {
                    List<ValueMatch> headers = match.headers().stream()
                            .map(header -> new ValueMatch(
                                    header.type(), header.name().toLowerCase(Locale.ROOT), header.value()))
                            .sorted(BY_NAME)
                            .toList();
                    List<ValueMatch> queryParams =
                            match.queryParams().stream().sorted(BY_NAME).toList();
                    for (String hostname : binding.hostnames()) {
                        keys.add(new MatchKey(
                                listener, hostname, match.path(), headers, queryParams, match.method(), http.grpc()));
                    }
                }
            }
        }
        return keys;
    }

    /** The condition of a route for a parent on whose listeners other routes have an equal match; empty: no match is shared. */
    Optional<Condition> condition(Reads reads, ObjectRef route, Attachments.Parent parent) {
        SortedSet<String> others = new TreeSet<>();
        for (Attachments.Binding binding : parent.bindings()) {
            for (MatchKey match : reads.get(matches, new BindingKey(binding.listener(), route))
                    .orElse(Set.of())) {
                reads.get(routes, match)
                        .ifPresent(each -> each.keySet().stream()
                                .map(BindingKey::route)
                                .filter(other -> !other.equals(route))
                                .map(ObjectRef::toString)
                                .forEach(others::add));
            }
        }
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(Condition.isTrue(
                        Conditions.ROUTE_RULES_OVERLAP,
                        "RouteRulesOverlap",
                        "The same match for the same hostname is also in " + String.join(", ", others)
                                + "; of routes that match alike the older counts."));
    }
}
