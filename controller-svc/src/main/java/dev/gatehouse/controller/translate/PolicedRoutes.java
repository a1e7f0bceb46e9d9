package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * The routes on each listener that have policies of their own, by the policies' kind. The computation for a policy of a
 * listener visits only these routes.
 */
final class PolicedRoutes {
    private final Graph graph;
    private final Collection<ObjectRef, Attachments> attachments;
    private final Map<Kind<?>, Collection<ListenerKey, SortedMap<BindingKey, Boolean>>> byListener = new HashMap<>();

    PolicedRoutes(Graph graph, Collection<ObjectRef, Attachments> attachments) {
        this.graph = graph;
        this.attachments = attachments;
    }

    /** Follows the policies of a kind. */
    void follow(Attached<?> attached) {
        String name = attached.kind().name();
        Collection<BindingKey, Boolean> policed =
                graph.expand(name + ".policedRoutes", attached.byTarget(), (reads, target, _) -> {
                    ObjectRef route = target.owner();
                    Map<BindingKey, Boolean> bindings = new HashMap<>();
                    reads.get(attachments, route).stream()
                            .flatMap(each -> each.parents().stream())
                            .flatMap(parent -> parent.bindings().stream())
                            .forEach(binding -> bindings.put(new BindingKey(binding.listener(), route), true));
                    return bindings;
                });
        byListener.put(
                attached.kind(),
                graph.group(name + ".policedRoutes.byListener", policed, (key, _) -> Set.of(key.listener())));
    }

    /** The routes on {@code listener} that are targets of policies of {@code kind}, as a whole or by a rule. */
    Set<BindingKey> on(Reads reads, Kind<?> kind, ListenerKey listener) {
        return Optional.ofNullable(byListener.get(kind))
                .flatMap(each -> reads.get(each, listener))
                .map(SortedMap::keySet)
                .orElse(Set.of());
    }
}
