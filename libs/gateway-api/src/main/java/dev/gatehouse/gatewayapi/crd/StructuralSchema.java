package dev.gatehouse.gatewayapi.crd;

import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.schema.KindSchema;
import dev.gatehouse.gatewayapi.schema.Rule;
import dev.gatehouse.gatewayapi.schema.Schema;
import dev.gatehouse.gatewayapi.yaml.Node;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes a declared schema as a structural schema (OpenAPI v3, as Kubernetes takes it). */
final class StructuralSchema {
    private static final String KEEPS_OTHERS = "x-kubernetes-preserve-unknown-fields: true\n";

    private final StringBuilder text = new StringBuilder();

    private StructuralSchema() {}

    /** The schema of an object of the kind. */
    static String yaml(KindSchema kind) {
        StructuralSchema schema = new StructuralSchema();
        schema.line(
                0,
                "description: "
                        + quoted(
                                kind.about().isEmpty()
                                        ? kind.kind() + " of " + Kinds.ENVOY_GATEWAY_GROUP + "."
                                        : kind.about()));
        schema.line(0, "type: object");
        schema.line(0, "required: [spec]");
        schema.line(0, "properties:");
        schema.line(1, "apiVersion:");
        schema.line(2, "type: string");
        schema.line(1, "kind:");
        schema.line(2, "type: string");
        schema.line(1, "metadata:");
        schema.line(2, "type: object");
        schema.line(1, "spec:");
        schema.value(kind.spec(), 2);
        schema.line(1, "status:");
        kind.status().ifPresentOrElse(status -> schema.value(status, 2), () -> {
            schema.line(2, "type: object");
            schema.line(2, KEEPS_OTHERS.strip());
        });
        return schema.text.toString();
    }

    private void value(Schema schema, int depth) {
        if (!schema.about().isEmpty()) {
            line(depth, "description: " + quoted(schema.about()));
        }
        switch (schema.form()) {
            case Schema.Text string -> string(string, depth);
            case Schema.Whole whole -> whole(whole, depth);
            case Schema.Decimal decimal -> {
                line(depth, "type: number");
                range(decimal.min(), decimal.max(), depth);
            }
            case Schema.Flag _ -> line(depth, "type: boolean");
            case Schema.NumberOrText either -> {
                line(depth, "anyOf:");
                line(depth, "- type: integer");
                line(depth, "- type: string");
                patterns(either.patterns(), depth);
                line(depth, "x-kubernetes-int-or-string: true");
            }
            case Schema.Fields fields -> fields(fields, depth);
            case Schema.Items items -> items(items, depth);
            case Schema.Named named -> {
                line(depth, "type: object");
                line(depth, "additionalProperties:");
                value(named.value(), depth + 1);
            }
            case Schema.Anything anything -> {
                if (anything.object()) {
                    line(depth, "type: object");
                }
                line(depth, KEEPS_OTHERS.strip());
            }
        }
        schema.preset().ifPresent(preset -> line(depth, "default: " + flow(preset)));
        List<Rule.Cel> rules =
                schema.rules().stream().flatMap(rule -> rule.cel().stream()).toList();
        if (!rules.isEmpty()) {
            line(depth, "x-kubernetes-validations:");
            for (Rule.Cel rule : rules) {
                line(depth, "- rule: " + quoted(rule.expression()));
                line(depth, "  message: " + quoted(rule.message()));
            }
        }
    }

    private void string(Schema.Text string, int depth) {
        line(depth, "type: string");
        if (!string.format().isEmpty()) {
            line(depth, "format: " + string.format());
        }
        if (!string.choices().isEmpty()) {
            // Quoted: "Off" alone would be a boolean.
            line(
                    depth,
                    "enum: ["
                            + string.choices().stream()
                                    .map(StructuralSchema::quoted)
                                    .collect(Collectors.joining(", "))
                            + "]");
        }
        if (string.minLength() > 0) {
            line(depth, "minLength: " + string.minLength());
        }
        if (string.maxLength() < Integer.MAX_VALUE) {
            line(depth, "maxLength: " + string.maxLength());
        }
        patterns(string.patterns(), depth);
    }

    private void whole(Schema.Whole whole, int depth) {
        line(depth, "type: integer");
        if (!whole.format().isEmpty()) {
            line(depth, "format: " + whole.format());
        }
        if (!whole.choices().isEmpty()) {
            line(
                    depth,
                    "enum: [" + whole.choices().stream().map(String::valueOf).collect(Collectors.joining(", ")) + "]");
        }
        range(whole.min(), whole.max(), depth);
    }

    private void range(Optional<Long> min, Optional<Long> max, int depth) {
        min.ifPresent(least -> line(depth, "minimum: " + least));
        max.ifPresent(greatest -> line(depth, "maximum: " + greatest));
    }

    /** A schema has one pattern; further ones must match beside it. */
    private void patterns(List<Schema.Syntax> patterns, int depth) {
        if (patterns.size() == 1) {
            line(depth, "pattern: " + quoted(patterns.getFirst().text()));
        } else if (!patterns.isEmpty()) {
            line(depth, "allOf:");
            patterns.forEach(pattern -> line(depth, "- pattern: " + quoted(pattern.text())));
        }
    }

    private void fields(Schema.Fields fields, int depth) {
        line(depth, "type: object");
        if (fields.atomic()) {
            line(depth, "x-kubernetes-map-type: atomic");
        }
        if (fields.minProperties() > 0) {
            line(depth, "minProperties: " + fields.minProperties());
        }
        if (!fields.required().isEmpty()) {
            line(depth, "required: [" + String.join(", ", new TreeSet<>(fields.required())) + "]");
        }
        if (!fields.fields().isEmpty()) {
            line(depth, "properties:");
            new TreeMap<>(fields.fields()).forEach((name, field) -> {
                line(depth + 1, name + ":");
                value(field, depth + 2);
            });
        }
    }

    private void items(Schema.Items items, int depth) {
        line(depth, "type: array");
        items.type()
                .ifPresent(type ->
                        line(depth, "x-kubernetes-list-type: " + type.name().toLowerCase(Locale.ROOT)));
        if (!items.keys().isEmpty()) {
            line(depth, "x-kubernetes-list-map-keys: [" + String.join(", ", items.keys()) + "]");
        }
        if (items.min() > 0) {
            line(depth, "minItems: " + items.min());
        }
        if (items.max() < Integer.MAX_VALUE) {
            line(depth, "maxItems: " + items.max());
        }
        line(depth, "items:");
        value(items.item(), depth + 1);
    }

    private static String flow(Node node) {
        return switch (node) {
            case Node.Scalar scalar -> scalar.type() == Node.Scalar.Type.STRING ? quoted(scalar.text()) : scalar.text();
            case Node.Sequence sequence ->
                sequence.items().stream().map(StructuralSchema::flow).collect(Collectors.joining(", ", "[", "]"));
            case Node.Mapping mapping ->
                mapping.fields().entrySet().stream()
                        .map(field ->
                                field.getKey() + ": " + flow(field.getValue().value()))
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }

    private void line(int depth, String line) {
        text.append("  ".repeat(depth)).append(line).append('\n');
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
