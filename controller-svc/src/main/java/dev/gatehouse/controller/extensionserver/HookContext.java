package dev.gatehouse.controller.extensionserver;

import dev.gatehouse.gatewayapi.ExtensionObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The objects of extension servers that a resource concerns.
 *
 * @param objects the backend of a cluster, or the policies of a listener
 * @param rules for a route table, the objects by rule name, which is a prefix of the names of the rule's routes
 */
public record HookContext(List<Part> objects, Map<String, OfRule> rules) {
    /** No objects. */
    public static final HookContext NONE = new HookContext(List.of(), Map.of());

    public HookContext {
        objects = List.copyOf(objects);
        rules = Map.copyOf(rules);
    }

    /** An object, and the form of it that its server gets. */
    public record Part(ExtensionReference reference, ExtensionObject object) {}

    /**
     * The objects that a rule concerns.
     *
     * @param resources the objects that its filters and backends refer to
     * @param policies the policies for the route or the rule
     */
    public record OfRule(List<Part> resources, List<Part> policies) {
        public OfRule {
            resources = List.copyOf(resources);
            policies = List.copyOf(policies);
        }

        public boolean isEmpty() {
            return resources.isEmpty() && policies.isEmpty();
        }
    }

    /** The objects of the rule that a route in a table was made for. */
    public OfRule of(String route) {
        // "httproute/ns/name/rule/1/match/0": rule 1 is not a prefix of rule 10.
        int end = route.indexOf("/match/");
        return end < 0
                ? new OfRule(List.of(), List.of())
                : rules.getOrDefault(route.substring(0, end), new OfRule(List.of(), List.of()));
    }

    /** The objects of both contexts. */
    public HookContext and(HookContext other) {
        if (other.equals(NONE)) {
            return this;
        }
        SortedMap<String, OfRule> all = new TreeMap<>(rules);
        all.putAll(other.rules);
        List<Part> both = new ArrayList<>(objects);
        both.addAll(other.objects);
        return new HookContext(both.stream().distinct().toList(), all);
    }
}
