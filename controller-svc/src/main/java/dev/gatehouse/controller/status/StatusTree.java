package dev.gatehouse.controller.status;

import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ParentReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Statuses in the form of the Kubernetes API: objects as maps, lists as lists. */
public final class StatusTree {
    private final long generation;
    private final String changedAt;

    private StatusTree(long generation, String changedAt) {
        this.generation = generation;
        this.changedAt = changedAt;
    }

    /**
     * The value of the object's field {@code status}.
     *
     * @param changedAt the time of the conditions' last transition, RFC 3339
     */
    public static Map<String, Object> of(ObjectStatus status, String changedAt) {
        return new StatusTree(status.generation(), changedAt).tree(status);
    }

    private Map<String, Object> tree(ObjectStatus status) {
        Map<String, Object> tree = new LinkedHashMap<>();
        switch (status) {
            case ObjectStatus.OfClass own -> {
                tree.put("conditions", conditions(own.conditions()));
                tree.put("supportedFeatures", list(own.supportedFeatures(), name -> Map.of("name", name)));
            }
            case ObjectStatus.Own own -> tree.put("conditions", conditions(own.conditions()));
            case ObjectStatus.Listeners gateway -> {
                if (!gateway.addresses().isEmpty()) {
                    tree.put("addresses", list(gateway.addresses(), each -> {
                        Map<String, Object> address = new LinkedHashMap<>();
                        address.put("type", each.type());
                        address.put("value", each.value());
                        address.put("routability", each.routability());
                        return address;
                    }));
                }
                tree.put("conditions", conditions(gateway.conditions()));
                tree.put("listeners", list(gateway.listeners(), this::listener));
                gateway.attachedListenerSets().ifPresent(count -> tree.put("attachedListenerSets", count));
            }
            case ObjectStatus.Parents route -> tree.put("parents", list(route.parents(), p -> parent(p, "parentRef")));
            case ObjectStatus.Ancestors policy ->
                tree.put("ancestors", list(policy.ancestors(), p -> parent(p, "ancestorRef")));
        }
        return tree;
    }

    private Map<String, Object> listener(ObjectStatus.ListenerStatus listener) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", listener.name());
        tree.put("attachedRoutes", listener.attachedRoutes());
        tree.put("supportedKinds", list(listener.supportedKinds(), (Listener.RouteGroupKind kind) -> {
            Map<String, Object> k = new LinkedHashMap<>();
            k.put("group", kind.group());
            k.put("kind", kind.kind());
            return k;
        }));
        tree.put("conditions", conditions(listener.conditions()));
        return tree;
    }

    private Map<String, Object> parent(ObjectStatus.ParentStatus parent, String field) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(field, reference(parent.reference()));
        tree.put("controllerName", parent.controllerName());
        tree.put("conditions", conditions(parent.conditions()));
        return tree;
    }

    private static Map<String, Object> reference(ParentReference reference) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("group", reference.group());
        tree.put("kind", reference.kind());
        reference.namespace().ifPresent(namespace -> tree.put("namespace", namespace));
        tree.put("name", reference.name());
        reference.sectionName().ifPresent(section -> tree.put("sectionName", section));
        reference.port().ifPresent(port -> tree.put("port", port));
        return tree;
    }

    private List<Map<String, Object>> conditions(List<Condition> conditions) {
        return list(conditions, condition -> {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("type", condition.type());
            tree.put("status", condition.status().name());
            tree.put("reason", condition.reason());
            tree.put("message", condition.message());
            tree.put("observedGeneration", condition.observedGeneration().orElse(generation));
            tree.put("lastTransitionTime", changedAt);
            return tree;
        });
    }

    private static <T> List<Map<String, Object>> list(List<T> values, Function<T, Map<String, Object>> form) {
        List<Map<String, Object>> trees = new ArrayList<>();
        values.forEach(value -> trees.add(form.apply(value)));
        return trees;
    }
}
