package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ListenerSet;
import dev.gatehouse.gatewayapi.Metadata;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.TargetSelector;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds what the selectors of policies select: Gateways, ListenerSets and routes of the policy's namespace, by their labels. */
final class PolicySelection {
    private final Graph graph;
    private final Inputs inputs;
    private final Collection<String, SortedMap<ObjectKey, Resource<Gateway>>> gateways;
    private final Collection<String, SortedMap<ObjectKey, Resource<ListenerSet>>> sets;
    private final Collection<String, SortedMap<ObjectRef, Resource<? extends RouteSpec>>> routes;

    PolicySelection(Graph graph, Inputs inputs) {
        this.graph = graph;
        this.inputs = inputs;
        gateways = graph.group("gatewaysByNamespace", inputs.of(Kinds.GATEWAY), (key, _) -> Set.of(key.namespace()));
        sets = graph.group(
                "listenerSetsByNamespace", inputs.of(Kinds.LISTENER_SET), (key, _) -> Set.of(key.namespace()));
        routes = graph.group("routesByNamespace", inputs.routes(), (ref, _) -> Set.of(ref.namespace()));
    }

    /** The policies of a kind, with what their selectors select among their targets. */
    <S extends TargetedPolicy<S>> Collection<ObjectKey, Resource<S>> selected(Kind<S> kind) {
        return graph.map(
                kind.name() + ".selected",
                inputs.of(kind),
                (reads, key, policy) -> Optional.of(new Resource<>(
                        policy.metadata(),
                        policy.spec()
                                .withTargets(targets(
                                        reads,
                                        key.namespace(),
                                        policy.spec().targets(),
                                        policy.spec().selectors())))));
    }

    /** The targets that are named, and those that are selected in the namespace. */
    List<PolicyTarget> targets(
            Reads reads, String namespace, List<PolicyTarget> named, List<TargetSelector> selectors) {
        List<PolicyTarget> targets = new ArrayList<>(named);
        for (TargetSelector selector : selectors) {
            candidates(reads, namespace, selector).forEach((ref, metadata) -> {
                if (selector.labels().matches(metadata.labels())) {
                    targets.add(new PolicyTarget(Kinds.GATEWAY_GROUP, ref.kind(), ref.name(), Optional.empty()));
                }
            });
        }
        return targets.stream().distinct().toList();
    }

    private Map<ObjectRef, Metadata> candidates(Reads reads, String namespace, TargetSelector selector) {
        Map<ObjectRef, Metadata> candidates = new TreeMap<>();
        if (selector.isFor("Gateway")) {
            reads.get(gateways, namespace)
                    .ifPresent(all -> all.forEach(
                            (each, gateway) -> candidates.put(ObjectRef.of(Kinds.GATEWAY, each), gateway.metadata())));
        } else if (selector.isFor("ListenerSet")) {
            reads.get(sets, namespace)
                    .ifPresent(all -> all.forEach(
                            (each, set) -> candidates.put(ObjectRef.of(Kinds.LISTENER_SET, each), set.metadata())));
        } else {
            reads.get(routes, namespace)
                    .ifPresent(all -> all.forEach((ref, route) -> {
                        if (selector.isFor(ref.kind())) {
                            candidates.put(ref, route.metadata());
                        }
                    }));
        }
        return candidates;
    }
}
