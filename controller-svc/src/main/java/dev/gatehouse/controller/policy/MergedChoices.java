package dev.gatehouse.controller.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Settles the choices of a merged BackendTrafficPolicy. A policy that chooses another type, say another load balancer,
 * than the one it is merged with does not set the other type's fields, so that the merge keeps them beside the new type.
 * As with Envoy Gateway, the type decides, and what belongs to another type has no effect.
 */
final class MergedChoices {
    /** A field that goes with some values of the {@code type} beside it only. */
    private record OfType(List<String> object, String field, Set<String> types) {}

    /** Fields of which an object has one at most. The more specific policy's one counts. */
    private record Exclusive(List<String> object, String one, String other) {}

    private static final List<String> BALANCER = List.of("loadBalancer");
    private static final List<String> CHECK = List.of("healthCheck", "active");

    private static final List<OfType> BY_TYPE = List.of(
            new OfType(BALANCER, "consistentHash", Set.of("ConsistentHash")),
            new OfType(BALANCER, "backendUtilization", Set.of("BackendUtilization")),
            new OfType(BALANCER, "dynamicModule", Set.of("DynamicModule")),
            new OfType(BALANCER, "slowStart", Set.of("RoundRobin", "LeastRequest", "BackendUtilization")),
            new OfType(
                    BALANCER,
                    "zoneAware",
                    Set.of("RoundRobin", "LeastRequest", "Random", "ConsistentHash", "BackendUtilization")),
            new OfType(
                    BALANCER,
                    "endpointOverride",
                    Set.of("RoundRobin", "LeastRequest", "Random", "ConsistentHash", "BackendUtilization")),
            new OfType(CHECK, "http", Set.of("HTTP")),
            new OfType(CHECK, "tcp", Set.of("TCP")),
            new OfType(CHECK, "grpc", Set.of("GRPC")));

    private static final Set<String> WITHOUT_PREFERENCE = Set.of("ConsistentHash", "BackendUtilization");

    private static final List<Exclusive> EXCLUSIVE = List.of(
            new Exclusive(List.of(), "compression", "compressor"),
            new Exclusive(List.of("faultInjection", "abort"), "httpStatus", "grpcStatus"),
            new Exclusive(List.of("loadBalancer", "zoneAware"), "preferLocal", "weightedZones"));

    private MergedChoices() {}

    /**
     * The specification {@code merged} without what its choices leave without effect.
     *
     * @param own the specification of the more specific policy
     */
    static Map<String, Object> settle(Map<String, Object> merged, Map<String, Object> own) {
        Map<String, Object> settled = merged;
        for (OfType each : BY_TYPE) {
            if (at(settled, each.object()).get("type") instanceof String type
                    && !each.types().contains(type)) {
                settled = without(settled, each.object(), each.field());
            }
        }
        if (at(settled, BALANCER).get("type") instanceof String type && WITHOUT_PREFERENCE.contains(type)) {
            settled = without(settled, List.of("loadBalancer", "zoneAware"), "preferLocal");
        }
        for (Exclusive each : EXCLUSIVE) {
            Map<?, ?> chosen = at(own, each.object());
            if (chosen.containsKey(each.one())) {
                settled = without(settled, each.object(), each.other());
            } else if (chosen.containsKey(each.other())) {
                settled = without(settled, each.object(), each.one());
            }
        }
        return settled;
    }

    private static Map<?, ?> at(Map<?, ?> tree, List<String> path) {
        Map<?, ?> object = tree;
        for (String name : path) {
            object = object.get(name) instanceof Map<?, ?> inner ? inner : Map.of();
        }
        return object;
    }

    private static Map<String, Object> without(Map<?, ?> tree, List<String> path, String field) {
        Map<String, Object> copy = new LinkedHashMap<>();
        tree.forEach((name, value) -> copy.put(String.valueOf(name), value));
        if (path.isEmpty()) {
            copy.remove(field);
        } else if (copy.get(path.getFirst()) instanceof Map<?, ?> inner) {
            Map<String, Object> rest = without(inner, path.subList(1, path.size()), field);
            if (rest.isEmpty() && !inner.isEmpty()) {
                copy.remove(path.getFirst());
            } else {
                copy.put(path.getFirst(), rest);
            }
        }
        return Collections.unmodifiableMap(copy);
    }
}
