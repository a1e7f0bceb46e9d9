package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Node;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Gives the names of fields the spelling that a schema has, where they differ from it in case alone. */
final class Spelling {
    private Spelling() {}

    static Node of(Schema schema, Node node) {
        return switch (schema.form()) {
            case Schema.Fields fields when node instanceof Node.Mapping mapping -> fields(fields, mapping);
            case Schema.Items items
            when node instanceof Node.Sequence sequence ->
                new Node.Sequence(
                        sequence.location(),
                        sequence.items().stream()
                                .map(item -> of(items.item(), item))
                                .toList());
            case Schema.Named named
            when node instanceof Node.Mapping mapping -> {
                Map<String, Node.Field> values = new LinkedHashMap<>();
                mapping.fields()
                        .forEach((name, field) ->
                                values.put(name, new Node.Field(field.location(), of(named.value(), field.value()))));
                yield new Node.Mapping(mapping.location(), values);
            }
            default -> node;
        };
    }

    private static Node fields(Schema.Fields schema, Node.Mapping mapping) {
        Map<String, Node.Field> fields = new LinkedHashMap<>();
        mapping.fields().forEach((written, field) -> {
            String name = schema.fields().containsKey(written)
                    ? written
                    : meant(schema, mapping, written).orElse(written);
            Schema value = schema.fields().get(name);
            fields.put(name, value == null ? field : new Node.Field(field.location(), of(value, field.value())));
        });
        return new Node.Mapping(mapping.location(), fields);
    }

    private static Optional<String> meant(Schema.Fields schema, Node.Mapping mapping, String written) {
        return schema.fields().keySet().stream()
                .filter(name ->
                        name.equalsIgnoreCase(written) && !mapping.fields().containsKey(name))
                .findFirst();
    }
}
