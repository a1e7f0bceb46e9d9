package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ProxyParameters;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.EnvoyProxy;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
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

    ProxyStatuses(Graph graph, Model model) {
        this.model = model;
        classes = graph.group(
                "proxies.classes", model.classes, (_, each) -> proxy(each.spec().parametersRef(), ""));
        gateways = graph.group(
                "proxies.gateways",
                model.gateways,
                (key, state) -> proxy(state.gateway().spec().infrastructure().parametersRef(), key.namespace()));
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
                        .filter(ProxyParameters.Unusable.class::isInstance)
                        .ifPresent(unusable -> ancestors.add(ancestor(
                                Kinds.GATEWAY_CLASS.name(),
                                Optional.empty(),
                                name.name(),
                                itsClass.spec().controllerName(),
                                unusable)))));
        reads.get(gateways, key)
                .ifPresent(each -> each.forEach((name, state) -> ancestors.add(ancestor(
                        Kinds.GATEWAY.name(),
                        Optional.of(name.namespace()),
                        name.name(),
                        state.controllerName(),
                        state.proxy()))));
        return ancestors.isEmpty()
                ? Optional.empty()
                : Optional.of(new ObjectStatus.Ancestors(proxy.metadata().generation(), ancestors));
    }

    private static ObjectStatus.ParentStatus ancestor(
            String kind, Optional<String> namespace, String name, String controllerName, ProxyParameters parameters) {
        return new ObjectStatus.ParentStatus(
                new ParentReference(Kinds.GATEWAY_GROUP, kind, namespace, name, Optional.empty(), Optional.empty()),
                controllerName,
                List.of(
                        switch (parameters) {
                            case ProxyParameters.Usable _ ->
                                Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The EnvoyProxy is accepted.");
                            case ProxyParameters.Unusable unusable ->
                                Condition.isFalse(Conditions.ACCEPTED, "InvalidParameters", unusable.message());
                        }));
    }

    /** @param problem why the Backend cannot be used */
    static ObjectStatus ofBackend(Resource<Backend> backend, Optional<String> problem) {
        return new ObjectStatus.Own(
                backend.metadata().generation(),
                List.of(problem.map(message -> Condition.isFalse(Conditions.ACCEPTED, "Invalid", message))
                        .orElse(Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The Backend is accepted."))));
    }
}
