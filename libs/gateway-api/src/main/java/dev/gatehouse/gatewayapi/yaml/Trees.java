package dev.gatehouse.gatewayapi.yaml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Trees: JSON values as maps, lists, strings, booleans, {@link Long}s, {@link Double}s and nulls. They represent
 * objects that are passed on as the user wrote them, such as a pod's affinity. The trees made here are immutable.
 */
public final class Trees {
    private static final Location NOWHERE = new Location("", 1, 1);

    /** The fields of Envoy Gateway's merged kinds whose values have any type. */
    private static final Set<String> ANY_TYPE = Set.of("value", "config", "filterContext");

    private Trees() {}

    /** The tree of {@code node}; null for YAML's null. */
    @SuppressWarnings("NullAway") // A tree has JSON's nulls, which tell a patch to remove a field.
    public static Object of(Node node) {
        return switch (node) {
            case Node.Mapping mapping -> of(mapping);
            case Node.Sequence sequence -> {
                List<Object> items = new ArrayList<>();
                sequence.items().forEach(item -> items.add(of(item)));
                yield Collections.unmodifiableList(items);
            }
            case Node.Scalar scalar ->
                switch (scalar.type()) {
                    case STRING -> scalar.text();
                    case BOOLEAN -> PlainScalar.truth(scalar.text());
                    case INTEGER -> integer(scalar.text());
                    case FLOAT -> number(scalar.text());
                    case NULL -> null;
                };
        };
    }

    /** The tree of an object. */
    public static Map<String, Object> of(Node.Mapping mapping) {
        Map<String, Object> fields = new LinkedHashMap<>();
        mapping.fields().forEach((name, field) -> fields.put(name, of(field.value())));
        return Collections.unmodifiableMap(fields);
    }

    /**
     * The tree of an object as an API server stores it: without the fields that are null, which would otherwise remove
     * a field of what the object is merged with. Nulls in values of any type stay: they belong to the value.
     */
    public static Map<String, Object> stored(Node.Mapping mapping) {
        Map<String, Object> fields = new LinkedHashMap<>();
        mapping.fields().forEach((name, field) -> {
            if (ANY_TYPE.contains(name)) {
                fields.put(name, of(field.value()));
            } else if (!Node.isNull(field.value())) {
                fields.put(name, stored(field.value()));
            }
        });
        return Collections.unmodifiableMap(fields);
    }

    private static Object stored(Node node) {
        return switch (node) {
            case Node.Mapping mapping -> stored(mapping);
            case Node.Sequence sequence -> {
                List<Object> items = new ArrayList<>();
                sequence.items().forEach(item -> items.add(stored(item)));
                yield Collections.unmodifiableList(items);
            }
            case Node.Scalar scalar -> of(scalar);
        };
    }

    /** The node of a tree, for reading it with {@link Fields}; its places mean nothing. */
    public static Node.Mapping node(Map<String, ?> tree) {
        Map<String, Node.Field> fields = new LinkedHashMap<>();
        tree.forEach((name, value) -> fields.put(name, new Node.Field(NOWHERE, any(value))));
        return new Node.Mapping(NOWHERE, fields);
    }

    private static Node any(Object value) {
        return switch (value) {
            case null -> new Node.Scalar(NOWHERE, Node.Scalar.Type.NULL, "null");
            case Map<?, ?> map -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                map.forEach((name, each) -> fields.put(String.valueOf(name), each));
                yield node(fields);
            }
            case List<?> list -> {
                List<Node> items = new ArrayList<>();
                list.forEach(item -> items.add(any(item)));
                yield new Node.Sequence(NOWHERE, items);
            }
            case Boolean flag -> new Node.Scalar(NOWHERE, Node.Scalar.Type.BOOLEAN, flag.toString());
            case Double number -> new Node.Scalar(NOWHERE, Node.Scalar.Type.FLOAT, number.toString());
            case Number number -> new Node.Scalar(NOWHERE, Node.Scalar.Type.INTEGER, number.toString());
            default -> new Node.Scalar(NOWHERE, Node.Scalar.Type.STRING, value.toString());
        };
    }

    private static Object integer(String text) {
        return PlainScalar.integer(text)
                .<Object>map(value -> value.bitLength() < Long.SIZE ? (Object) value.longValue() : value)
                .orElse(text);
    }

    private static Object number(String text) {
        // YAML's .inf and .nan are in no field of Kubernetes.
        return PlainScalar.number(text).<Object>map(value -> value).orElse(text);
    }
}
