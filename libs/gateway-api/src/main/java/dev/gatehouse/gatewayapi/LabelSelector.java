package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Map;

/** Kubernetes' label selector: all of it must hold. Empty selects everything. */
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

    static LabelSelector read(Fields f) {
        return new LabelSelector(f.stringMap("matchLabels"), f.list("matchExpressions", Requirement::read));
    }

    /** True if {@code labels} satisfy the selector. */
    public boolean matches(Map<String, String> labels) {
        return labels.entrySet().containsAll(matchLabels.entrySet())
                && matchExpressions.stream().allMatch(requirement -> requirement.matches(labels));
    }
}
