package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ListenerFilter;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Finds the users of a backend: Gateways, by their routes and by filters of their listeners; policies whose services
 * are the backend; EnvoyProxies, for telemetry. The users are the ancestors in a BackendTLSPolicy's status, as in Envoy
 * Gateway.
 */
final class BackendUses {
    /**
     * A user of a backend.
     *
     * @param object a Gateway, a policy, or an EnvoyProxy
     * @param listener the Gateway's listener that a route names; empty: the route names no listener
     */
    record User(Kind<?> kind, ObjectKey object, Optional<String> listener) implements Comparable<User> {
        private static final Comparator<User> ORDER = Comparator.<User, String>comparing(
                        user -> user.kind().name())
                .thenComparing(User::object)
                .thenComparing(user -> user.listener().orElse(""));

        private static User of(ObjectKey gateway, Optional<String> listener) {
            return new User(Kinds.GATEWAY, gateway, listener);
        }

        /** The reference to the user in a status. */
        ParentReference reference() {
            return new ParentReference(
                    kind.group(),
                    kind.name(),
                    Optional.of(object.namespace()),
                    object.name(),
                    listener,
                    Optional.empty());
        }

        @Override
        public int compareTo(User other) {
            return ORDER.compare(this, other);
        }
    }

    /** A service that a policy has proxies call. */
    record Call(ObjectRef backend, Kind<?> kind, ObjectKey policy) {}

    private record Use(ObjectRef backend, User user) implements Comparable<Use> {
        private static final Comparator<Use> ORDER =
                Comparator.comparing(Use::backend).thenComparing(Use::user);

        @Override
        public int compareTo(Use other) {
            return ORDER.compare(this, other);
        }
    }

    /** The uses by backend, each with the controller name of the Gateway's class. */
    private final List<Collection<ObjectRef, SortedMap<Use, String>>> all;

    BackendUses(
            Graph graph,
            Collection<ObjectRef, Attachments> attachments,
            Collection<ObjectRef, ResolvedRoute> routes,
            Collection<ObjectKey, ServingGateway> gateways,
            Collection<ListenerKey, ListenerState> listeners,
            Collection<String, FleetMembers> fleets,
            Collection<BindingKey, Attachments.Binding> bindings,
            BiFunction<Reads, BindingKey, Set<Call>> ofPolicies) {
        all = List.of(
                byBackend(graph, "uses.routes", attachments, (reads, ref, attached) -> {
                    Map<Use, String> found = new HashMap<>();
                    Set<ObjectRef> backends =
                            reads.get(routes, ref).map(ResolvedRoute::backends).orElse(Set.of());
                    for (Attachments.Parent parent : attached.parents()) {
                        for (Attachments.Binding binding : parent.bindings()) {
                            backends.forEach(backend -> found.put(
                                    new Use(backend, User.of(binding.listener().gateway(), named(parent.reference()))),
                                    parent.controllerName()));
                        }
                    }
                    return found;
                }),
                byBackend(graph, "uses.filters", listeners, (reads, key, listener) -> {
                    Map<Use, String> found = new HashMap<>();
                    for (ListenerFilter filter : listener.spec().filters()) {
                        if (filter instanceof ListenerFilter.ExternalAuth auth) {
                            reads.get(gateways, key.gateway())
                                    .ifPresent(state -> found.put(
                                            new Use(
                                                    auth.backend()
                                                            .ref(key.owner().namespace()),
                                                    User.of(key.gateway(), Optional.of(key.name()))),
                                            state.controllerName()));
                        }
                    }
                    return found;
                }),
                byBackend(graph, "uses.policies", bindings, (reads, key, _) -> {
                    Map<Use, String> found = new HashMap<>();
                    ObjectKey gateway = key.listener().gateway();
                    reads.get(gateways, gateway)
                            .ifPresent(state -> ofPolicies
                                    .apply(reads, key)
                                    .forEach(call -> found.put(
                                            new Use(
                                                    call.backend(),
                                                    new User(call.kind(), call.policy(), Optional.empty())),
                                            state.controllerName())));
                    return found;
                }),
                byBackend(graph, "uses.telemetry", fleets, (_, _, fleet) -> {
                    Map<Use, String> found = new HashMap<>();
                    fleet.proxy()
                            .object()
                            .ifPresent(proxy -> destinations(fleet)
                                    .flatMap(destination -> destination.backends().stream())
                                    .map(reference -> reference.ref(proxy.namespace()))
                                    .forEach(backend -> fleet.gateways()
                                            .forEach(state -> found.put(
                                                    new Use(
                                                            backend,
                                                            new User(Kinds.ENVOY_PROXY, proxy, Optional.empty())),
                                                    state.controllerName()))));
                    return found;
                }));
    }

    private static <K, V> Collection<ObjectRef, SortedMap<Use, String>> byBackend(
            Graph graph, String name, Collection<K, V> users, Graph.Expansion<K, V, Use, String> uses) {
        return graph.group(name + ".byBackend", graph.expand(name, users, uses), (key, _) -> Set.of(key.backend()));
    }

    private static Stream<ProxyTelemetry.Destination> destinations(FleetMembers fleet) {
        ProxyTelemetry telemetry = fleet.settings().telemetry();
        return Stream.concat(
                telemetry.destinations().stream(),
                telemetry.metrics().sinks().stream().map(ProxyTelemetry.MetricsSink::destination));
    }

    private static Optional<String> named(ParentReference parent) {
        return parent.kind().equals(Kinds.GATEWAY.name()) ? parent.sectionName() : Optional.empty();
    }

    /** The users of any of {@code backends}, each with the controller name of a Gateway's class. */
    SortedMap<User, String> of(Reads reads, Stream<ObjectRef> backends) {
        SortedMap<User, String> users = new TreeMap<>();
        backends.forEach(backend -> all.forEach(uses -> reads.get(uses, backend)
                .ifPresent(found -> found.forEach((use, controller) -> users.put(use.user(), controller)))));
        return users;
    }
}
