package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives fields that are absent, or null, their defaults, as an API server does: in objects that are there, and in objects that are
 * defaults themselves.
 */
final class Defaults {
    private Defaults() {}

    /** {@code node} with its defaults; the same node if it has them. */
    static Node add(Schema schema, Node node) {
        if (!schema.form().completes()) {
            return node;
        }
        return switch (schema.form()) {
            case Schema.Fields fields when node instanceof Node.Mapping mapping -> fields(fields, mapping);
            case Schema.Items items when node instanceof Node.Sequence sequence -> items(items, sequence);
            case Schema.Named named when node instanceof Node.Mapping mapping -> named(named, mapping);
            default -> node;
        };
    }

    private static Node fields(Schema.Fields schema, Node.Mapping mapping) {
        Map<String, Node.Field> changed = new LinkedHashMap<>();
        for (String name : schema.completing()) {
            Schema field = schema.fields().get(name);
            if (field == null) {
                continue;
            }
            Node.Field written = mapping.fields().get(name);
            if (written != null && !Node.isNull(written.value())) {
                Node complete = add(field, written.value());
                if (complete != written.value()) {
                    changed.put(name, new Node.Field(written.location(), complete));
                }
            } else {
                field.preset()
                        .map(preset -> add(field, at(preset, mapping.location())))
                        .ifPresent(preset -> changed.put(name, new Node.Field(mapping.location(), preset)));
            }
        }
        return with(mapping, changed);
    }

    private static Node items(Schema.Items schema, Node.Sequence sequence) {
        List<Node> items = new ArrayList<>();
        boolean changed = false;
        for (Node item : sequence.items()) {
            Node complete = add(schema.item(), item);
            changed |= complete != item;
            items.add(complete);
        }
        return changed ? new Node.Sequence(sequence.location(), items) : sequence;
    }

    private static Node named(Schema.Named schema, Node.Mapping mapping) {
        Map<String, Node.Field> changed = new LinkedHashMap<>();
        mapping.fields().forEach((name, field) -> {
            Node complete = add(schema.value(), field.value());
            if (complete != field.value()) {
                changed.put(name, new Node.Field(field.location(), complete));
            }
        });
        return with(mapping, changed);
    }

    private static Node with(Node.Mapping mapping, Map<String, Node.Field> changed) {
        if (changed.isEmpty()) {
            return mapping;
        }
        Map<String, Node.Field> fields = new LinkedHashMap<>(mapping.fields());
        fields.putAll(changed);
        return new Node.Mapping(mapping.location(), fields);
    }

    /** A default, at the place of the object that gets it. */
    private static Node at(Node preset, Location location) {
        return switch (preset) {
            case Node.Scalar scalar -> new Node.Scalar(location, scalar.type(), scalar.text());
            case Node.Sequence sequence ->
                new Node.Sequence(
                        location,
                        sequence.items().stream()
                                .map(item -> at(item, location))
                                .toList());
            case Node.Mapping mapping -> {
                Map<String, Node.Field> fields = new LinkedHashMap<>();
                mapping.fields()
                        .forEach((name, field) ->
                                fields.put(name, new Node.Field(location, at(field.value(), location))));
                yield new Node.Mapping(location, fields);
            }
        };
    }
}
