package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ProxyParameters;
import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.EnvoyProxy;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * The statuses of Backends and EnvoyProxies. The status of an EnvoyProxy has an ancestor for each Gateway that refers
 * to it, and for each GatewayClass that refers to it and cannot use it. A GatewayClass that can use the EnvoyProxy
 * reports this in its own status.
 */
final class ProxyStatuses {
    private final Model model;
    private final Collection<ObjectKey, SortedMap<ObjectKey, Resource<GatewayClass>>> classes;
    private final Collection<ObjectKey, SortedMap<ObjectKey, GatewayState>> gateways;
    /** The Gateways whose settings are an EnvoyProxy's, by reference of their own or of their class. */
    private final Collection<ObjectKey, SortedMap<ObjectKey, GatewayState>> users;

    private final Rejections rejections;
    private final Collection<String, Infrastructure> infrastructure;

    ProxyStatuses(Graph graph, Model model, Rejections rejections, Collection<String, Infrastructure> infrastructure) {
        this.model = model;
        this.rejections = rejections;
        this.infrastructure = infrastructure;
        classes = graph.group(
                "proxies.classes", model.classes, (_, each) -> proxy(each.spec().parametersRef(), ""));
        gateways = graph.group(
                "proxies.gateways",
                model.gateways,
                (key, state) -> proxy(state.gateway().spec().infrastructure().parametersRef(), key.namespace()));
        users = graph.group(
                "proxies.users",
                model.gateways,
                (_, state) -> state.proxy().object().map(Set::of).orElse(Set.of()));
    }

    /** Why the Kubernetes objects of a Gateway's fleet cannot be made as its EnvoyProxy has them; empty: they can. */
    Optional<String> unmade(Reads reads, GatewayState state) {
        return reads.get(infrastructure, state.fleet()).flatMap(each -> switch (each) {
            case Infrastructure.Desired _ -> Optional.<String>empty();
            case Infrastructure.Invalid invalid -> Optional.of(invalid.message());
            case Infrastructure.Kept _ -> Optional.<String>empty();
        });
    }

    /** Why the proxies of a Gateway do not have the access logs and traces of its EnvoyProxy; empty: they have them. */
    Optional<String> refusal(Reads reads, GatewayState state) {
        return state.proxy()
                .object()
                .flatMap(key -> rejections.of(reads, state.fleet(), ObjectRef.of(Kinds.ENVOY_PROXY, key)))
                .map(rejection -> "spec.telemetry: A proxy refused it: " + rejection);
    }

    private static Set<ObjectKey> proxy(Optional<ObjectReference> reference, String namespace) {
        return reference
                .filter(each -> each.group().equals(Kinds.ENVOY_GATEWAY_GROUP)
                        && each.kind().equals(Kinds.ENVOY_PROXY.name()))
                .map(each -> Set.of(each.key(namespace)))
                .orElse(Set.of());
    }

    /** The status of an EnvoyProxy; empty: no Gateway or GatewayClass refers to it. */
    Optional<ObjectStatus> ofProxy(Reads reads, ObjectKey key, Resource<EnvoyProxy> proxy) {
        List<ObjectStatus.ParentStatus> ancestors = new ArrayList<>();
        reads.get(classes, key)
                .ifPresent(each -> each.forEach((name, itsClass) -> reads.get(model.classProxies, name)
                        .flatMap(parameters -> problem(parameters).or(() -> refusal(reads, key, name)))
                        .ifPresent(problem -> ancestors.add(ancestor(
                                Kinds.GATEWAY_CLASS.name(),
                                Optional.empty(),
                                name.name(),
                                itsClass.spec().controllerName(),
                                Optional.of(problem))))));
        reads.get(gateways, key)
                .ifPresent(each -> each.forEach((name, state) -> ancestors.add(ancestor(
                        Kinds.GATEWAY.name(),
                        Optional.of(name.namespace()),
                        name.name(),
                        state.controllerName(),
                        problem(state.proxy()).or(() -> unmade(reads, state)).or(() -> refusal(reads, state))))));
        return ancestors.isEmpty()
                ? Optional.empty()
                : Optional.of(new ObjectStatus.Ancestors(proxy.metadata().generation(), ancestors));
    }

    /** Why the proxies of some Gateway of a class are not as an EnvoyProxy has them. */
    private Optional<String> refusal(Reads reads, ObjectKey proxy, ObjectKey itsClass) {
        return reads.get(users, proxy).stream()
                .flatMap(each -> each.values().stream())
                .filter(state -> state.gateway().spec().gatewayClassName().equals(itsClass.name()))
                .flatMap(state -> unmade(reads, state).or(() -> refusal(reads, state)).stream())
                .findFirst();
    }

    private static Optional<String> problem(ProxyParameters parameters) {
        return parameters instanceof ProxyParameters.Unusable unusable
                ? Optional.of(unusable.message())
                : Optional.empty();
    }

    private static ObjectStatus.ParentStatus ancestor(
            String kind, Optional<String> namespace, String name, String controllerName, Optional<String> problem) {
        return new ObjectStatus.ParentStatus(
                new ParentReference(Kinds.GATEWAY_GROUP, kind, namespace, name, Optional.empty(), Optional.empty()),
                controllerName,
                List.of(problem.map(message -> Condition.isFalse(Conditions.ACCEPTED, "InvalidParameters", message))
                        .orElse(Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The EnvoyProxy is accepted."))));
    }

    /** @param problem why the Backend cannot be used */
    static ObjectStatus ofBackend(Resource<Backend> backend, Optional<String> problem) {
        return new ObjectStatus.Own(
                backend.metadata().generation(),
                List.of(problem.map(message -> Condition.isFalse(Conditions.ACCEPTED, "Invalid", message))
                        .orElse(Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The Backend is accepted."))));
    }
}
