package dev.gatehouse.gatewayapi.crd;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Outline;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes a reader's outline as a structural schema (OpenAPI v3 in Kubernetes' form).
 *
 * @param kind the kind's name, for the descriptions of its fields
 */
record OpenApiSchema(String kind) {
    /** Ends the path of a list's items, whose description is the list's. */
    private static final String ITEM = "[]";

    private static final String KEEPS_OTHERS = "x-kubernetes-preserve-unknown-fields: true\n";

    /** The schema of an object of {@code kind}. */
    String yaml(Kind<?> kind) {
        Outline.Fields body = Fields.outline(kind.body());
        StringBuilder text = new StringBuilder("""
            description: %s of %s; the controller says in status what is wrong with it.
            type: object
            required: [spec]
            properties:
              apiVersion:
                type: string
              kind:
                type: string
              metadata:
                type: object
            """.formatted(kind.name(), kind.group()));
        new TreeMap<>(body.known())
                .forEach((name, outline) -> text.append("  ")
                        .append(name)
                        .append(":\n")
                        .append(schema(outline, "").indent(4)));
        return text.append("  status:\n    type: object\n    " + KEEPS_OTHERS).toString();
    }

    /** @param path the path below the specification */
    private String schema(Outline outline, String path) {
        return switch (outline) {
            case Outline.Text text -> text(text, path);
            case Outline.Time _ -> "type: string\nformat: date-time\n";
            case Outline.Flag _ -> "type: boolean\n";
            case Outline.Number number ->
                "type: integer\nminimum: " + number.min() + "\nmaximum: " + number.max() + "\n";
            case Outline.NumberOrText _ -> "x-kubernetes-int-or-string: true\n";
            case Outline.Fields fields -> object(fields, path);
            case Outline.Items items -> list(items, path);
            case Outline.Named named ->
                "type: object\nadditionalProperties:\n"
                        + schema(named.value(), path).indent(2);
            case Outline.Tree _ -> "type: object\n" + KEEPS_OTHERS;
            case Outline.Anything _, Outline.Ignored _ -> KEEPS_OTHERS;
        };
    }

    private String text(Outline.Text text, String path) {
        StringBuilder schema = new StringBuilder("type: string\n");
        if (!text.choices().isEmpty()) {
            // Quoted: "Off" alone would be a boolean.
            schema.append("enum: [")
                    .append(text.choices().stream().map(OpenApiSchema::quoted).collect(Collectors.joining(", ")))
                    .append("]\n");
        }
        if (text.syntax().filter(syntax -> syntax != Syntax.ANY).isPresent()) {
            Syntax syntax = text.syntax().get();
            if (Descriptions.of(kind, path).isEmpty()) {
                schema.append("description: ")
                        .append(quoted(syntax.description()))
                        .append('\n');
            }
            if (syntax.maxLength() < Integer.MAX_VALUE) {
                schema.append("maxLength: ").append(syntax.maxLength()).append('\n');
            }
            schema.append("pattern: ")
                    .append(quoted("^(?:" + syntax.pattern().pattern() + ")$"))
                    .append('\n');
        }
        return schema.toString();
    }

    private String list(Outline.Items items, String path) {
        StringBuilder schema = new StringBuilder("type: array\n");
        if (items.min() > 0) {
            schema.append("minItems: ").append(items.min()).append('\n');
        }
        if (items.max() < Integer.MAX_VALUE) {
            schema.append("maxItems: ").append(items.max()).append('\n');
        }
        return schema.append("items:\n")
                .append(schema(items.item(), path + ITEM).indent(2))
                .toString();
    }

    private String object(Outline.Fields fields, String path) {
        StringBuilder schema = new StringBuilder("type: object\n");
        if (fields.open()) {
            schema.append(KEEPS_OTHERS);
        }
        List<String> required = fields.required();
        if (!required.isEmpty()) {
            schema.append("required: [").append(String.join(", ", required)).append("]\n");
        }
        Map<String, Outline> known = new TreeMap<>(fields.known());
        if (!known.isEmpty()) {
            schema.append("properties:\n");
            known.forEach((name, outline) -> {
                String field = (path.isEmpty() ? "" : path.replace(ITEM, "") + ".") + name;
                schema.append("  ").append(name).append(":\n");
                Descriptions.of(kind, field)
                        .ifPresent(text -> schema.append("    description: ")
                                .append(quoted(text + expected(outline)))
                                .append('\n'));
                schema.append(schema(outline, field).indent(4));
            });
        }
        return schema.toString();
    }

    private String expected(Outline outline) {
        return outline instanceof Outline.Text text
                ? text.syntax()
                        .filter(syntax -> syntax != Syntax.ANY)
                        .map(syntax -> " Expected: " + syntax.description() + ".")
                        .orElse("")
                : "";
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
