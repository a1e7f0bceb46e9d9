package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.route.RouteAttacher;
import dev.gatehouse.controller.route.RouteResolver;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.BrokenObject;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Unreadable routes without an earlier version. Such a route serves nothing. It still counts among the attached routes
 * of the listeners that it names and that allow it, since a route's content does not decide about attachment (Gateway
 * API, {@code attachedRoutes}).
 */
final class BrokenRoutes {
    private final Collection<ObjectRef, Attachments> attachments;
    private final Collection<ObjectRef, ResolvedRoute> resolved;
    private final Collection<ListenerKey, SortedMap<ObjectRef, Attachments>> byListener;

    BrokenRoutes(
            Graph graph,
            Inputs inputs,
            Function<Reads, RouteAttacher.World> attachmentWorld,
            Function<Reads, RouteResolver.World> routeWorld) {
        attachments = graph.map(
                "brokenRoutes",
                inputs.broken(),
                (reads, ref, object) -> route(inputs, reads, ref, object)
                        .map(route -> new RouteAttacher(attachmentWorld.apply(reads)).attach(ref, route)),
                (_, _) -> Optional.empty());
        resolved = graph.map(
                "brokenRoutes.resolved",
                inputs.broken(),
                (reads, ref, object) -> route(inputs, reads, ref, object)
                        .map(route -> new RouteResolver(routeWorld.apply(reads)).resolve(ref, route)),
                (_, _) -> Optional.empty());
        byListener = graph.group("brokenRoutes.byListener", attachments, (_, each) -> listeners(each));
    }

    private static Optional<Resource<RouteSpec>> route(Inputs inputs, Reads reads, ObjectRef ref, BrokenObject object) {
        return object.route()
                .filter(_ -> !inputs.isReadable(reads, ref))
                .map(route -> new Resource<>(object.metadata(), route));
    }

    private static Set<ListenerKey> listeners(Attachments attached) {
        Set<ListenerKey> listeners = new HashSet<>();
        attached.parents().forEach(parent -> parent.bindings().forEach(binding -> listeners.add(binding.listener())));
        return listeners;
    }

    /** The number of unreadable routes on a listener. */
    int on(Reads reads, ListenerKey listener) {
        return reads.get(byListener, listener).map(SortedMap::size).orElse(0);
    }

    /**
     * The status of an unreadable route for its parents that this controller serves; empty: the object is not a route,
     * or the controller serves none of its parents.
     *
     * @param message why the route cannot be read
     */
    Optional<ObjectStatus> status(Reads reads, ObjectRef ref, long generation, String message) {
        List<ObjectStatus.ParentStatus> parents =
                reads.get(attachments, ref).map(Attachments::parents).orElse(List.of()).stream()
                        .map(parent -> new ObjectStatus.ParentStatus(
                                parent.reference(),
                                parent.controllerName(),
                                List.of(
                                        Condition.isFalse(
                                                Conditions.ACCEPTED,
                                                parent.accepted().holds()
                                                        ? "UnsupportedValue"
                                                        : parent.accepted().reason(),
                                                parent.accepted().holds()
                                                        ? message
                                                        : parent.accepted().message() + "\n" + message),
                                        resolvedRefs(reads, ref))))
                        .toList();
        return parents.isEmpty() ? Optional.empty() : Optional.of(new ObjectStatus.Parents(generation, parents));
    }

    private Condition resolvedRefs(Reads reads, ObjectRef ref) {
        List<ResolvedRoute.Problem> problems =
                reads.get(resolved, ref).map(ResolvedRoute::problems).orElse(List.of());
        return problems.isEmpty()
                ? Condition.isTrue(
                        Conditions.RESOLVED_REFS,
                        "ResolvedRefs",
                        "All references are resolved, as far as the route can be read.")
                : Condition.isFalse(
                        Conditions.RESOLVED_REFS,
                        problems.getFirst().reason(),
                        problems.stream().map(ResolvedRoute.Problem::message).collect(Collectors.joining("\n")));
    }
}
