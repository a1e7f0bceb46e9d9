package dev.gatehouse.console.model;

import java.util.List;

/**
 * An effective policy, with the merged fields of it and the policies that it is merged with.
 *
 * @param target what it is for, so that it counts
 * @param place where it counts: a listener, or a rule; empty: it goes without saying
 * @param fields empty where the kind does not merge, and all comes from the policy
 */
public record PolicyUse(
        String kind,
        String namespace,
        String name,
        String target,
        String place,
        List<String> mergedWith,
        List<Field> fields,
        List<String> problems)
        implements Shown {
    public PolicyUse {
        mergedWith = List.copyOf(mergedWith);
        fields = List.copyOf(fields);
        problems = List.copyOf(problems);
    }

    @Override
    public Object field(String component) {
        return switch (component) {
            case "kind" -> kind;
            case "namespace" -> namespace;
            case "name" -> name;
            case "target" -> target;
            case "place" -> place;
            case "mergedWith" -> mergedWith;
            case "fields" -> fields;
            case "problems" -> problems;
            case "path" -> Shown.path("policies", kind, namespace, name);
            default -> throw Shown.unknown(this, component);
        };
    }

    /**
     * A field of the merged result.
     *
     * @param from the policy or policies that say so
     */
    public record Field(String path, String value, String from) implements Shown {
        @Override
        public Object field(String component) {
            return switch (component) {
                case "path" -> path;
                case "value" -> value;
                case "from" -> from;
                default -> throw Shown.unknown(this, component);
            };
        }
    }
}
