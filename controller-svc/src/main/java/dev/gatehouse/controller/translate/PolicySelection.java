package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.Metadata;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.TargetSelector;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Finds the Gateways, ListenerSets and routes that policies select by labels. A selector selects in the policy's
 * namespace, and in namespaces whose ReferenceGrant permits policies of the kind.
 */
final class PolicySelection {
    private final Graph graph;
    private final Inputs inputs;
    private final Selectable<?, ?> gateways;
    private final Selectable<?, ?> sets;
    private final Selectable<?, ?> routes;

    PolicySelection(Graph graph, Inputs inputs) {
        this.graph = graph;
        this.inputs = inputs;
        gateways = new Selectable<>(
                graph,
                "gateways",
                inputs.of(Kinds.GATEWAY),
                key -> ObjectRef.of(Kinds.GATEWAY, key),
                Resource::metadata);
        sets = new Selectable<>(
                graph,
                "listenerSets",
                inputs.of(Kinds.LISTENER_SET),
                key -> ObjectRef.of(Kinds.LISTENER_SET, key),
                Resource::metadata);
        routes = new Selectable<>(graph, "routes", inputs.routes(), ref -> ref, Resource::metadata);
    }

    /** Objects by their namespaces. */
    private static final class Selectable<K extends Comparable<K>, V> {
        private static final String ALL = "";

        private final Collection<String, SortedMap<K, V>> byNamespace;
        /** The objects of all namespaces, by namespace, under {@link #ALL}. */
        private final Collection<String, SortedMap<String, SortedMap<K, V>>> everywhere;

        private final Function<K, ObjectRef> reference;
        private final Function<V, Metadata> metadata;

        Selectable(
                Graph graph,
                String name,
                Collection<K, V> objects,
                Function<K, ObjectRef> reference,
                Function<V, Metadata> metadata) {
            this.reference = reference;
            this.metadata = metadata;
            byNamespace = graph.group(
                    name + "ByNamespace",
                    objects,
                    (key, _) -> Set.of(reference.apply(key).namespace()));
            everywhere = graph.group(name + "Everywhere", byNamespace, (_, _) -> Set.of(ALL));
        }

        Set<String> namespaces(Reads reads) {
            return reads.get(everywhere, ALL)
                    .map(SortedMap::keySet)
                    .orElse(new TreeMap<String, SortedMap<K, V>>().keySet());
        }

        void collect(Reads reads, String namespace, Map<ObjectRef, Metadata> into) {
            reads.get(byNamespace, namespace)
                    .ifPresent(all -> all.forEach((key, each) -> into.put(reference.apply(key), metadata.apply(each))));
        }
    }

    /** The policies of a kind. Their targets include the objects that their selectors select. */
    <S extends TargetedPolicy<S>> Collection<ObjectKey, Resource<S>> selected(Kind<S> kind) {
        return graph.map(
                kind.name() + ".selected",
                inputs.of(kind),
                (reads, key, policy) -> Optional.of(new Resource<>(
                        policy.metadata(),
                        policy.spec()
                                .withTargets(targets(
                                        reads,
                                        ObjectRef.of(kind, key),
                                        kind.group(),
                                        policy.spec().targets(),
                                        policy.spec().selectors())))));
    }

    /**
     * The named targets and the selected targets of a policy.
     *
     * @param group the API group of the policy's kind
     */
    List<PolicyTarget> targets(
            Reads reads, ObjectRef policy, String group, List<PolicyTarget> named, List<TargetSelector> selectors) {
        List<PolicyTarget> targets = new ArrayList<>(named);
        ReferenceGrant.Origin origin = new ReferenceGrant.Origin(group, policy.kind(), policy.namespace());
        for (TargetSelector selector : selectors) {
            candidates(reads, policy.namespace(), selector).forEach((ref, metadata) -> {
                if (selector.labels().matches(metadata.labels())
                        && inputs.permitted(reads, origin, Kinds.GATEWAY_GROUP, ref.kind(), ref.key())) {
                    targets.add(new PolicyTarget(
                            Kinds.GATEWAY_GROUP,
                            ref.kind(),
                            Optional.of(ref.namespace()).filter(namespace -> !namespace.equals(policy.namespace())),
                            ref.name(),
                            Optional.empty()));
                }
            });
        }
        return targets.stream().distinct().toList();
    }

    private Map<ObjectRef, Metadata> candidates(Reads reads, String own, TargetSelector selector) {
        Selectable<?, ?> objects = selector.isFor("Gateway") ? gateways : selector.isFor("ListenerSet") ? sets : routes;
        Map<ObjectRef, Metadata> found = new TreeMap<>();
        if (selector.namespaces().from() == TargetSelector.From.Same) {
            objects.collect(reads, own, found);
        } else {
            for (String namespace : objects.namespaces(reads)) {
                if (selector.namespaces().include(own, namespace, inputs.namespaceLabels(reads, namespace))) {
                    objects.collect(reads, namespace, found);
                }
            }
        }
        found.keySet().removeIf(ref -> !selector.isFor(ref.kind()));
        return found;
    }
}
