package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the schema files. A fault in one is a bug, and thrown with its place.
 *
 * <p>Not thread-safe.
 */
final class SchemaFiles {
    /** The pattern of Kubernetes' quantities. */
    private static final String QUANTITY = "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))"
            + "(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

    private static final Set<String> KEYS = Set.of(
            "about",
            "default",
            "enum",
            "expect",
            "fields",
            "format",
            "include",
            "keys",
            "list",
            "listType",
            "map",
            "mapType",
            "max",
            "maxItems",
            "maxLength",
            "min",
            "minItems",
            "minLength",
            "minProperties",
            "pattern",
            "required",
            "rules",
            "type");

    private final Map<String, Node.Mapping> declared = new HashMap<>();
    private final Map<String, Schema> types = new HashMap<>();

    /** Adds the types of a file, and returns the file. */
    Node.Mapping load(String name) {
        String file = name + ".yaml";
        YamlDocuments documents;
        try (InputStream in = SchemaFiles.class.getResourceAsStream(file)) {
            documents = YamlDocuments.read(
                    file,
                    Objects.requireNonNull(in, () -> file + " is not in the jar")
                            .readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!documents.problems().isEmpty()) {
            throw new IllegalStateException(documents.problems().getFirst().toString());
        }
        Node.Mapping document = documents.documents().getFirst();
        mapping(document, "types").fields().forEach((type, field) -> {
            if (declared.put(type, object(field.value())) != null) {
                throw fault(field.value(), "type " + type + " is declared twice");
            }
        });
        return document;
    }

    /** The schema of a kind, from its file. */
    KindSchema kind(Node.Mapping file) {
        return new KindSchema(
                text(file, "kind").orElseThrow(),
                text(file, "about").orElse(""),
                named(file, text(file, "spec").orElseThrow()),
                text(file, "status").map(type -> named(file, type)));
    }

    private Schema named(Node place, String name) {
        Schema known = types.get(name);
        if (known != null) {
            return known;
        }
        Node.Mapping declaration = declared.get(name);
        if (declaration == null) {
            throw fault(place, "there is no type " + name);
        }
        Schema schema = schema(declaration);
        types.put(name, schema);
        return schema;
    }

    private Schema schema(Node node) {
        if (node instanceof Node.Scalar scalar) {
            return ofType(new Node.Mapping(node.location(), Map.of()), scalar.text());
        }
        Node.Mapping declaration = object(node);
        declaration.fields().forEach((key, field) -> {
            if (!KEYS.contains(key)) {
                throw fault(field.value(), "unknown key " + key);
            }
        });
        if (isObject(declaration)) {
            return objectType(declaration);
        }
        Optional<Node> list = declaration.get("list");
        if (list.isPresent()) {
            return of(
                    declaration,
                    new Schema.Items(
                            schema(list.get()),
                            number(declaration, "minItems").map(Long::intValue).orElse(0),
                            number(declaration, "maxItems").map(Long::intValue).orElse(Integer.MAX_VALUE),
                            text(declaration, "listType")
                                    .map(type -> Schema.ListType.valueOf(type.toUpperCase(Locale.ROOT))),
                            texts(declaration, "keys")));
        }
        Optional<Node> map = declaration.get("map");
        if (map.isPresent()) {
            return of(declaration, new Schema.Named(schema(map.get())));
        }
        return ofType(
                declaration,
                text(declaration, "type").orElseThrow(() -> fault(declaration, "has no type, list, map or fields")));
    }

    private static boolean isObject(Node.Mapping declaration) {
        return declaration.get("fields").isPresent()
                || declaration.get("include").isPresent();
    }

    private Schema ofType(Node.Mapping declaration, String type) {
        return switch (type) {
            case "string", "integer", "number", "boolean", "intOrString", "quantity", "object", "empty", "any" ->
                of(declaration, scalar(declaration, type));
            default -> {
                Node.Mapping base = declared.get(type);
                if (base != null && !isObject(base)) {
                    // A scalar's use may narrow it.
                    Map<String, Node.Field> merged = new LinkedHashMap<>(base.fields());
                    declaration.fields().forEach((key, field) -> {
                        if (!key.equals("type")) {
                            merged.put(key, field);
                        }
                    });
                    yield schema(new Node.Mapping(declaration.location(), merged));
                }
                Schema named = named(declaration, type);
                List<Rule> rules = new ArrayList<>(named.rules());
                rules.addAll(RuleText.read(declaration));
                yield new Schema(
                        text(declaration, "about").orElse(named.about()),
                        declaration.get("default").or(named::preset),
                        rules,
                        named.form());
            }
        };
    }

    private static Schema of(Node.Mapping declaration, Schema.Form form) {
        return new Schema(
                text(declaration, "about").orElse(""), declaration.get("default"), RuleText.read(declaration), form);
    }

    private static Schema.Form scalar(Node.Mapping declaration, String type) {
        String format = text(declaration, "format").orElse("");
        String expect = text(declaration, "expect").orElse("");
        return switch (type) {
            case "string" ->
                new Schema.Text(
                        number(declaration, "minLength").map(Long::intValue).orElse(0),
                        number(declaration, "maxLength").map(Long::intValue).orElse(Integer.MAX_VALUE),
                        patterns(declaration),
                        texts(declaration, "enum"),
                        format,
                        expect);
            case "integer" ->
                new Schema.Whole(
                        number(declaration, "min"),
                        number(declaration, "max"),
                        texts(declaration, "enum").stream().map(Long::valueOf).toList(),
                        format);
            case "number" -> new Schema.Decimal(number(declaration, "min"), number(declaration, "max"));
            case "boolean" -> new Schema.Flag();
            case "intOrString" -> new Schema.NumberOrText(false, patterns(declaration), expect);
            case "quantity" -> {
                List<Schema.Syntax> patterns = new ArrayList<>();
                patterns.add(Schema.Syntax.of(QUANTITY));
                patterns.addAll(patterns(declaration));
                yield new Schema.NumberOrText(
                        true, patterns, expect.isEmpty() ? "a quantity such as \"500m\", \"1Gi\" or 2" : expect);
            }
            case "empty" -> Schema.Fields.of(Map.of(), Set.of(), false, 0);
            default -> new Schema.Anything(type.equals("object"));
        };
    }

    private Schema objectType(Node.Mapping declaration) {
        Map<String, Schema> fields = new LinkedHashMap<>();
        Set<String> required = new HashSet<>(texts(declaration, "required"));
        List<Rule> rules = new ArrayList<>();
        for (String included : texts(declaration, "include")) {
            Schema schema = named(declaration, included);
            Schema.Fields form = (Schema.Fields) schema.form();
            fields.putAll(form.fields());
            required.addAll(form.required());
            rules.addAll(schema.rules());
        }
        mapping(declaration, "fields").fields().forEach((name, field) -> fields.put(name, schema(field.value())));
        rules.addAll(RuleText.read(declaration));
        for (String name : required) {
            if (!fields.containsKey(name)) {
                throw fault(declaration, "requires " + name + ", which is no field of it");
            }
        }
        return new Schema(
                text(declaration, "about").orElse(""),
                declaration.get("default"),
                rules,
                Schema.Fields.of(
                        fields,
                        required,
                        text(declaration, "mapType").isPresent(),
                        number(declaration, "minProperties").map(Long::intValue).orElse(0)));
    }

    private static List<Schema.Syntax> patterns(Node.Mapping declaration) {
        List<String> patterns = declaration.get("pattern").orElse(null) instanceof Node.Scalar one
                ? List.of(one.text())
                : texts(declaration, "pattern");
        return patterns.stream().map(Schema.Syntax::of).toList();
    }

    private static Node.Mapping mapping(Node.Mapping parent, String name) {
        return object(parent.get(name).orElse(new Node.Mapping(parent.location(), Map.of())));
    }

    private static Node.Mapping object(Node node) {
        if (node instanceof Node.Mapping mapping) {
            return mapping;
        }
        throw fault(node, "is " + node.describe() + " (expected: an object)");
    }

    static Optional<String> text(Node.Mapping declaration, String name) {
        return declaration
                .get(name)
                .map(node -> node instanceof Node.Scalar scalar ? scalar.text() : "")
                .filter(text -> !text.isEmpty());
    }

    static List<String> texts(Node.Mapping declaration, String name) {
        return declaration.get(name).orElse(null) instanceof Node.Sequence sequence
                ? sequence.items().stream()
                        .map(item -> item instanceof Node.Scalar scalar ? scalar.text() : item.toString())
                        .toList()
                : List.of();
    }

    private static Optional<Long> number(Node.Mapping declaration, String name) {
        return declaration
                .get(name)
                .flatMap(node -> node instanceof Node.Scalar scalar ? scalar.whole() : Optional.empty());
    }

    static IllegalStateException fault(Node place, String message) {
        return new IllegalStateException(place.location() + ": " + message);
    }
}
