package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.status.AncestorConditions;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.ExtensionObject;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The status of extension servers' policies: accepted by each Gateway whose extension server gets the policy. A missing
 * target has no entry, as in Envoy Gateway.
 */
final class ExtensionStatuses {
    private final Model model;

    ExtensionStatuses(Model model) {
        this.model = model;
    }

    /** One collection for each kind. */
    List<Collection<ObjectRef, ObjectStatus>> all(Graph graph) {
        List<Collection<ObjectRef, ObjectStatus>> all = new ArrayList<>();
        model.served
                .policies()
                .forEach((kind, attached) -> all.add(graph.expand(
                        "status." + kind.name(),
                        attached.policies(),
                        (reads, key, policy) -> of(reads, policy)
                                .map(status -> Map.of(ObjectRef.of(kind, key), status))
                                .orElse(Map.of()))));
        return all;
    }

    private Optional<ObjectStatus> of(Reads reads, Resource<ExtensionObject> policy) {
        AncestorConditions conditions = new AncestorConditions();
        for (PolicyTarget target : policy.spec().targets()) {
            TargetKey key = TargetKey.of(target, policy.namespace());
            if (!target.group().equals(Kinds.GATEWAY_GROUP)) {
                continue;
            }
            switch (target.kind()) {
                case "Gateway", "ListenerSet" -> ofListeners(reads, key, conditions);
                case "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute" -> ofRoute(reads, key, conditions);
                default -> {
                    // Policies cannot target other kinds.
                }
            }
        }
        List<ObjectStatus.ParentStatus> ancestors = conditions.statuses();
        return ancestors.isEmpty()
                ? Optional.empty()
                : Optional.of(new ObjectStatus.Ancestors(policy.metadata().generation(), ancestors));
    }

    private void ofListeners(Reads reads, TargetKey target, AncestorConditions conditions) {
        Optional<ServingGateway> gateway = model.gatewayOf(reads, target.kind(), target.object());
        boolean there = gateway.stream()
                .flatMap(state -> state.listeners().stream())
                .filter(listener ->
                        target.kind().equals("Gateway") && target.section().isEmpty()
                                || listener.key().owner().equals(target.owner()))
                .anyMatch(listener ->
                        target.section().map(listener.key().name()::equals).orElse(true));
        if (there) {
            conditions.accept(
                    reference(target.kind(), target.object(), target.section()),
                    gateway.get().controllerName());
        }
    }

    private void ofRoute(Reads reads, TargetKey target, AncestorConditions conditions) {
        boolean requests = target.kind().equals("HTTPRoute") || target.kind().equals("GRPCRoute");
        boolean missing = target.section().isPresent()
                && reads.get(model.routes, target.owner()).stream()
                        .flatMap(route -> route.rules().stream())
                        .map(ResolvedRoute.Rule::name)
                        .noneMatch(target.section()::equals);
        List<Attachments.Parent> parents = reads.get(model.attachments, target.owner())
                .map(Attachments::parents)
                .orElse(List.of());
        for (Attachments.Parent parent : parents) {
            Optional<ObjectKey> gateway = parent.bindings().stream()
                    .map(binding -> binding.listener().gateway())
                    .findFirst();
            if (gateway.isEmpty()) {
                continue;
            }
            ParentReference ancestor =
                    reference("Gateway", gateway.get(), parent.reference().sectionName());
            if (!requests) {
                conditions.put(
                        ancestor,
                        parent.controllerName(),
                        Condition.isFalse(
                                Conditions.ACCEPTED,
                                "Invalid",
                                target.kind() + " has no requests that an extension server is asked about (expected:"
                                        + " HTTPRoute, GRPCRoute or Gateway)."));
            } else if (missing) {
                conditions.put(
                        ancestor,
                        parent.controllerName(),
                        Condition.isFalse(Conditions.ACCEPTED, "TargetNotFound", target + " is not there."));
            } else {
                conditions.accept(ancestor, parent.controllerName());
            }
        }
    }

    private static ParentReference reference(String kind, ObjectKey object, Optional<String> section) {
        return new ParentReference(
                Kinds.GATEWAY_GROUP, kind, Optional.of(object.namespace()), object.name(), section, Optional.empty());
    }
}
