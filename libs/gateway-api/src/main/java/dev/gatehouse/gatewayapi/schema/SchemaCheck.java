package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.Wording;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks a value against its schema. A field that is null counts as absent, as it does for an API server. Rules are checked where
 * the types within the value are right.
 *
 * <p>Not thread-safe.
 */
final class SchemaCheck {
    private final String object;
    private final Consumer<Problem> problems;
    private int found;

    /** @param object the object's name in problems */
    SchemaCheck(String object, Consumer<Problem> problems) {
        this.object = object;
        this.problems = problems;
    }

    void check(Schema schema, Node node, String path) {
        int before = found;
        switch (schema.form()) {
            case Schema.Text text -> text(text, node, path);
            case Schema.Whole whole -> whole(whole, node, path);
            case Schema.Decimal decimal -> decimal(decimal, node, path);
            case Schema.Flag _ -> expectScalar(node, path, "true or false", Node.Scalar.Type.BOOLEAN);
            case Schema.NumberOrText either -> numberOrText(either, node, path);
            case Schema.Fields fields -> fields(fields, node, path);
            case Schema.Items items -> items(items, node, path);
            case Schema.Named named -> named(named, node, path);
            case Schema.Anything anything -> {
                if (anything.object() && !(node instanceof Node.Mapping)) {
                    wrongType(node, path, "an object");
                }
            }
        }
        if (found == before) {
            for (Rule rule : schema.rules()) {
                for (Rule.Breach breach : rule.breaches(node)) {
                    String place = breach.place().isEmpty() ? path : path + "." + breach.place();
                    report(
                            breach.place().isEmpty() ? node.location() : node.locate(breach.place()),
                            place,
                            breach.message());
                }
            }
        }
    }

    private void text(Schema.Text schema, Node node, String path) {
        if (!(node instanceof Node.Scalar scalar && scalar.type() == Node.Scalar.Type.STRING)) {
            wrongType(node, path, expected(schema, node));
            return;
        }
        String value = scalar.text();
        if (!schema.choices().isEmpty()) {
            if (!schema.choices().contains(value)) {
                report(node.location(), path, Wording.notOneOf(value, schema.choices()));
            }
            return;
        }
        int length = value.codePointCount(0, value.length());
        if (length < schema.minLength() || length > schema.maxLength()) {
            String expected = schema.maxLength() == Integer.MAX_VALUE
                    ? "at least " + schema.minLength()
                    : schema.minLength() == 0
                            ? "at most " + schema.maxLength()
                            : schema.minLength() + " to " + schema.maxLength();
            report(
                    node.location(),
                    path,
                    Wording.quote(value) + " has " + length + " characters (expected: " + expected + ")");
            return;
        }
        matches(schema.patterns(), schema.expect(), value, node, path);
        boolean wellFormed = switch (schema.format()) {
            case "date-time" -> isTime(value);
            case "byte" -> isBase64(value);
            default -> true;
        };
        if (!wellFormed) {
            report(
                    node.location(),
                    path,
                    Wording.quote(value) + " is not valid (expected: "
                            + (schema.format().equals("byte") ? "bytes in base64" : "an RFC 3339 time") + ")");
        }
    }

    /** What belongs in the place of {@code node}, which is no string: its text in quotes, where that would do. */
    private static String expected(Schema.Text schema, Node node) {
        if (!(node instanceof Node.Scalar scalar)) {
            return "a string";
        }
        String text = scalar.text();
        if (!schema.choices().isEmpty() && !schema.choices().contains(text)) {
            return String.join(", ", schema.choices());
        }
        boolean fits = schema.patterns().stream()
                .allMatch(syntax -> syntax.pattern().matcher(text).find());
        return fits || schema.expect().isEmpty() ? "a string; quote it" : schema.expect();
    }

    private void matches(List<Schema.Syntax> patterns, String expect, String value, Node node, String path) {
        for (Schema.Syntax syntax : patterns) {
            if (!syntax.pattern().matcher(value).find()) {
                String expected = expect.isEmpty() ? "a string that matches " + syntax.text() : expect;
                report(node.location(), path, Wording.quote(value) + " is not valid (expected: " + expected + ")");
                return;
            }
        }
    }

    private static boolean isTime(String value) {
        try {
            Instant unused = Instant.parse(value);
            return true;
        } catch (DateTimeParseException _) {
            return false;
        }
    }

    private static boolean isBase64(String value) {
        try {
            byte[] unused = Base64.getDecoder().decode(value);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private void whole(Schema.Whole schema, Node node, String path) {
        if (!expectScalar(node, path, "an integer", Node.Scalar.Type.INTEGER)) {
            return;
        }
        Node.Scalar scalar = (Node.Scalar) node;
        Optional<Long> value = scalar.whole();
        if (!schema.choices().isEmpty()) {
            if (value.filter(schema.choices()::contains).isEmpty()) {
                report(
                        node.location(),
                        path,
                        Wording.cut(scalar.text()) + " is not known (expected: "
                                + Wording.choice(schema.choices().stream()
                                        .map(String::valueOf)
                                        .toList())
                                + ")");
            }
        } else if (value.filter(number -> number >= schema.least() && number <= schema.greatest())
                .isEmpty()) {
            report(
                    node.location(),
                    path,
                    Wording.cut(scalar.text()) + " is out of range (expected: " + schema.least() + " to "
                            + schema.greatest() + ")");
        }
    }

    private void decimal(Schema.Decimal schema, Node node, String path) {
        if (!expectScalar(node, path, "a number", Node.Scalar.Type.INTEGER, Node.Scalar.Type.FLOAT)) {
            return;
        }
        Node.Scalar scalar = (Node.Scalar) node;
        boolean inRange = scalar.number()
                .filter(number -> schema.min().filter(min -> number < min).isEmpty()
                        && schema.max().filter(max -> number > max).isEmpty())
                .isPresent();
        if (!inRange) {
            report(
                    node.location(),
                    path,
                    Wording.cut(scalar.text()) + " is out of range (expected: a number"
                            + schema.min().map(min -> " from " + min).orElse("")
                            + schema.max().map(max -> " up to " + max).orElse("") + ")");
        }
    }

    private void numberOrText(Schema.NumberOrText schema, Node node, String path) {
        if (expectScalar(node, path, "a string or an integer", Node.Scalar.Type.STRING, Node.Scalar.Type.INTEGER)
                && ((Node.Scalar) node).type() == Node.Scalar.Type.STRING) {
            matches(schema.patterns(), schema.expect(), ((Node.Scalar) node).text(), node, path);
        }
    }

    private void fields(Schema.Fields schema, Node node, String path) {
        if (!(node instanceof Node.Mapping mapping)) {
            wrongType(node, path, "an object");
            return;
        }
        int present = 0;
        for (Map.Entry<String, Node.Field> entry : mapping.fields().entrySet()) {
            Node.Field field = entry.getValue();
            Schema known = schema.fields().get(entry.getKey());
            String at = path + "." + entry.getKey();
            if (known == null) {
                report(
                        field.location(),
                        at,
                        Wording.unknownField(entry.getKey(), schema.fields().keySet()));
            } else if (!Node.isNull(field.value())) {
                present++;
                check(known, field.value(), at);
            }
        }
        for (String name : schema.required()) {
            if (mapping.get(name).isEmpty()) {
                report(
                        mapping.locate(name),
                        path + "." + name,
                        "is missing (expected: " + described(schema.fields().get(name)) + ")");
            }
        }
        if (present < schema.minProperties()) {
            report(
                    mapping.location(),
                    path,
                    "has " + present + " fields (expected: at least " + schema.minProperties() + " of "
                            + String.join(", ", schema.fields().keySet()) + ")");
        }
    }

    /** A value of the schema in words. */
    private static String described(@Nullable Schema schema) {
        if (schema == null) {
            return "a value";
        }
        return switch (schema.form()) {
            case Schema.Text text ->
                !text.choices().isEmpty()
                        ? Wording.choice(text.choices())
                        : text.expect().isEmpty() ? "a string" : text.expect();
            case Schema.Whole _ -> "an integer";
            case Schema.Decimal _ -> "a number";
            case Schema.Flag _ -> "true or false";
            case Schema.NumberOrText either -> either.expect().isEmpty() ? "a string or an integer" : either.expect();
            case Schema.Fields _, Schema.Named _ -> "an object";
            case Schema.Items _ -> "a list";
            case Schema.Anything anything -> anything.object() ? "an object" : "a value";
        };
    }

    private void items(Schema.Items schema, Node node, String path) {
        if (!(node instanceof Node.Sequence sequence)) {
            wrongType(node, path, "a list");
            return;
        }
        int size = sequence.items().size();
        if (size < schema.min() || size > schema.max()) {
            String expected = schema.max() == Integer.MAX_VALUE
                    ? "at least " + schema.min()
                    : schema.min() == 0 ? "at most " + schema.max() : schema.min() + " to " + schema.max();
            report(node.location(), path, "has " + size + " items (expected: " + expected + ")");
        }
        for (int i = 0; i < size; i++) {
            check(schema.item(), sequence.items().get(i), path + "[" + i + "]");
        }
        schema.type().filter(type -> type != Schema.ListType.ATOMIC).ifPresent(_ -> unique(schema, sequence, path));
    }

    /** Reports duplicate items of a set, and items of a map with equal keys. */
    private void unique(Schema.Items schema, Node.Sequence sequence, String path) {
        Map<Object, Integer> seen = new HashMap<>();
        for (int i = 0; i < sequence.items().size(); i++) {
            Node item = sequence.items().get(i);
            Object key = schema.keys().isEmpty() ? Trees.of(item) : keys(schema.keys(), item);
            Integer before = seen.putIfAbsent(key, i);
            if (before != null) {
                String what = schema.keys().isEmpty() ? "value" : Wording.enumeration(schema.keys());
                report(
                        item.location(),
                        path + "[" + i + "]",
                        "has the " + what + " of item " + before + " (expected: each " + what + " once)");
            }
        }
    }

    private static List<Object> keys(List<String> names, Node item) {
        List<Object> keys = new ArrayList<>();
        for (String name : names) {
            keys.add(FieldPath.of(name).in(item).map(Trees::of).orElse(""));
        }
        return keys;
    }

    private void named(Schema.Named schema, Node node, String path) {
        if (!(node instanceof Node.Mapping mapping)) {
            wrongType(node, path, "an object");
            return;
        }
        mapping.fields().forEach((name, field) -> check(schema.value(), field.value(), path + "." + name));
    }

    private boolean expectScalar(Node node, String path, String expected, Node.Scalar.Type... types) {
        if (node instanceof Node.Scalar scalar && List.of(types).contains(scalar.type())) {
            return true;
        }
        String hint = node instanceof Node.Scalar && types[0] == Node.Scalar.Type.STRING ? "; quote it" : "";
        wrongType(node, path, expected + hint);
        return false;
    }

    private void wrongType(Node node, String path, String expected) {
        report(node.location(), path, Wording.shown(node) + " (expected: " + expected + ")");
    }

    private void report(Location location, String path, String message) {
        found++;
        problems.accept(new Problem(Problem.Severity.ERROR, location, object, path, message));
    }
}
