package dev.gatehouse.console.model;

import java.util.List;

/**
 * A route, as a line of a list.
 *
 * @param hostnames empty: all of its listeners'
 */
public record RouteEntry(
        String kind,
        String namespace,
        String name,
        List<String> hostnames,
        List<String> parents,
        int rules,
        State state)
        implements Shown {
    public RouteEntry {
        hostnames = List.copyOf(hostnames);
        parents = List.copyOf(parents);
    }

    @Override
    public Object field(String component) {
        return switch (component) {
            case "kind" -> kind;
            case "namespace" -> namespace;
            case "name" -> name;
            case "hostnames" -> hostnames;
            case "parents" -> parents;
            case "rules" -> rules;
            case "state" -> state;
            case "path" -> Shown.path("routes", kind, namespace, name);
            default -> throw Shown.unknown(this, component);
        };
    }
}
