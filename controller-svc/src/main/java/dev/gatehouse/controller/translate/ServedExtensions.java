package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.extensionserver.ExtensionReference;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.extensionserver.HookContext.OfRule;
import dev.gatehouse.controller.extensionserver.HookContext.Part;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.ExtensionObject;
import dev.gatehouse.gatewayapi.GrpcRoute;
import dev.gatehouse.gatewayapi.HttpRoute;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteFilter;
import dev.gatehouse.gatewayapi.RouteSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the extension servers' objects that concern a rule, listener, cluster or fleet. Costs nothing without extension servers. */
final class ServedExtensions {
    private final Inputs inputs;
    private final ExtensionServers servers;
    private final Map<Kind<ExtensionObject>, Attached<ExtensionObject>> policies = new LinkedHashMap<>();

    /** The policies for each fleet's Gateways and their listeners. */
    final Collection<String, List<Part>> ofFleets;

    ServedExtensions(
            Graph graph,
            Inputs inputs,
            PolicySelection selection,
            Collection<String, FleetMembers> fleets,
            ExtensionServers servers) {
        this.inputs = inputs;
        this.servers = servers;
        for (Kind<ExtensionObject> kind : servers.policies()) {
            policies.put(kind, new Attached<>(graph, selection, kind));
        }
        ofFleets = graph.map(
                "extensionsOfFleets",
                fleets,
                (reads, _, fleet) -> Optional.of(fleet(reads, fleet)).filter(parts -> !parts.isEmpty()));
    }

    ExtensionServers servers() {
        return servers;
    }

    /** The policy kinds, with the targets of their objects. */
    Map<Kind<ExtensionObject>, Attached<ExtensionObject>> policies() {
        return policies;
    }

    /** The object that a filter or a backend refers to. */
    Optional<Part> find(Reads reads, Kind<ExtensionObject> kind, ObjectKey key) {
        return reads.get(inputs.of(kind), key)
                .map(object -> new Part(new ExtensionReference(kind.group(), kind.name(), key), object.spec()));
    }

    /** The objects that concern a rule. */
    OfRule ofRule(Reads reads, ObjectRef route, RouteSpec spec, int index, Optional<String> name) {
        if (servers.isEmpty()) {
            return new OfRule(List.of(), List.of());
        }
        List<RouteFilter> filters = new ArrayList<>();
        List<BackendReference> backends = new ArrayList<>();
        switch (spec) {
            case HttpRoute http -> {
                filters.addAll(http.rules().get(index).filters());
                backends.addAll(http.rules().get(index).backends());
            }
            case GrpcRoute grpc -> {
                filters.addAll(grpc.rules().get(index).filters());
                backends.addAll(grpc.rules().get(index).backends());
            }
            default -> {
                // Extension servers are not called for rules of TCP, TLS and UDP routes.
            }
        }
        Stream<Part> referred = filters.stream()
                .flatMap(filter -> filter instanceof RouteFilter.ExtensionRef extension
                        ? servers
                                .resource(
                                        extension.reference().group(),
                                        extension.reference().kind())
                                .flatMap(kind ->
                                        find(reads, kind, extension.reference().key(route.namespace())))
                                .stream()
                        : Stream.empty());
        Stream<Part> served = backends.stream()
                .flatMap(backend -> servers
                        .backend(backend.group(), backend.kind())
                        .flatMap(kind -> find(reads, kind, backend.key(route.namespace())))
                        .stream());
        List<TargetKey> targets = new ArrayList<>();
        name.ifPresent(each -> targets.add(new TargetKey(route.kind(), route.key(), Optional.of(each))));
        targets.add(new TargetKey(route.kind(), route.key(), Optional.empty()));
        return new OfRule(Stream.concat(referred, served).distinct().toList(), at(reads, targets));
    }

    /** The policies for the listeners of a port. */
    HookContext ofListeners(Reads reads, List<ListenerState> listeners) {
        if (policies.isEmpty()) {
            return HookContext.NONE;
        }
        return new HookContext(
                at(
                        reads,
                        listeners.stream()
                                .flatMap(listener -> Attached.listenerTargets(listener.key()).stream())
                                .toList()),
                Map.of());
    }

    /** The extension server's object that a cluster stands for, if any. */
    HookContext ofCluster(Reads reads, ClusterSpec cluster) {
        return cluster.endpoints() instanceof ClusterSpec.Endpoints.OfExtension extension
                ? servers.backend(
                                extension.backend().group(), extension.backend().kind())
                        .flatMap(kind -> find(reads, kind, extension.backend().key()))
                        .map(part -> new HookContext(List.of(part), Map.of()))
                        .orElse(HookContext.NONE)
                : HookContext.NONE;
    }

    private List<Part> fleet(Reads reads, FleetMembers fleet) {
        if (policies.isEmpty()) {
            return List.of();
        }
        List<TargetKey> targets = new ArrayList<>();
        fleet.gateways()
                .forEach(gateway ->
                        targets.add(new TargetKey("Gateway", gateway.gateway().key(), Optional.empty())));
        fleet.listeners().forEach(listener -> targets.addAll(Attached.listenerTargets(listener.key())));
        return at(reads, targets);
    }

    /** All policies for any of {@code targets}, since only their server knows which one takes precedence. */
    private List<Part> at(Reads reads, List<TargetKey> targets) {
        List<Part> parts = new ArrayList<>();
        policies.forEach((kind, attached) -> {
            for (TargetKey target : targets.stream().distinct().toList()) {
                for (Resource<ExtensionObject> policy : attached.all(reads, target)) {
                    parts.add(new Part(
                            new ExtensionReference(kind.group(), kind.name(), policy.key()),
                            // The server gets the object as written, without the selected targets.
                            policy.spec().withTargets(List.of())));
                }
            }
        });
        return parts.stream().distinct().toList();
    }
}
