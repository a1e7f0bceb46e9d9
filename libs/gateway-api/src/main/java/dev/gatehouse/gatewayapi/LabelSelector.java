package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Kubernetes' label selector. All requirements must hold; an empty selector selects everything. */
public record LabelSelector(Map<String, String> matchLabels, List<Requirement> matchExpressions) {
    public LabelSelector {
        matchLabels = Map.copyOf(matchLabels);
        matchExpressions = List.copyOf(matchExpressions);
    }

    /** How a label must relate to values. */
    public enum Operator {
        In,
        NotIn,
        Exists,
        DoesNotExist
    }

    /** One expression. */
    public record Requirement(String key, Operator operator, List<String> values) {
        static Requirement read(Fields f) {
            Requirement requirement = new Requirement(
                    f.requiredString("key"), f.requiredChoice("operator", Operator.class), f.strings("values"));
            boolean takesValues = requirement.operator == Operator.In || requirement.operator == Operator.NotIn;
            if (takesValues == requirement.values.isEmpty()) {
                f.wrong(
                        "values",
                        takesValues
                                ? "is empty (expected: at least one value for " + requirement.operator + ")"
                                : "is not empty (expected: none for " + requirement.operator + ")");
            }
            return requirement;
        }

        boolean matches(Map<String, String> labels) {
            return switch (operator) {
                case In -> labels.containsKey(key) && values.contains(labels.get(key));
                case NotIn -> !labels.containsKey(key) || !values.contains(labels.get(key));
                case Exists -> labels.containsKey(key);
                case DoesNotExist -> !labels.containsKey(key);
            };
        }
    }

    public static LabelSelector read(Fields f) {
        return new LabelSelector(f.stringMap("matchLabels"), f.list("matchExpressions", Requirement::read));
    }

    /** The selector in the syntax of Kubernetes' API: "app=shop,tier in (a,b),!old". */
    public String asText() {
        List<String> parts = new ArrayList<>();
        new TreeMap<>(matchLabels).forEach((key, value) -> parts.add(key + "=" + value));
        for (Requirement each : matchExpressions) {
            String values = " (" + String.join(",", each.values()) + ")";
            parts.add(
                    switch (each.operator()) {
                        case In -> each.key() + " in" + values;
                        case NotIn -> each.key() + " notin" + values;
                        case Exists -> each.key();
                        case DoesNotExist -> "!" + each.key();
                    });
        }
        return String.join(",", parts);
    }

    /** True if {@code labels} satisfy the selector. */
    public boolean matches(Map<String, String> labels) {
        return labels.entrySet().containsAll(matchLabels.entrySet())
                && matchExpressions.stream().allMatch(requirement -> requirement.matches(labels));
    }
}
