package dev.gatehouse.console.model;

import java.util.List;

/**
 * A policy, as a line of a list.
 */
public record PolicyEntry(String kind, String namespace, String name, List<String> targets, State state)
        implements Shown {
    public PolicyEntry {
        targets = List.copyOf(targets);
    }

    @Override
    public Object field(String component) {
        return switch (component) {
            case "kind" -> kind;
            case "namespace" -> namespace;
            case "name" -> name;
            case "targets" -> targets;
            case "state" -> state;
            case "path" -> Shown.path("policies", kind, namespace, name);
            default -> throw Shown.unknown(this, component);
        };
    }
}
