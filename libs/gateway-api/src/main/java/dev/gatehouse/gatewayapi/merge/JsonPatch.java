package dev.gatehouse.gatewayapi.merge;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * JSON patch (RFC 6902) with JSON pointers (RFC 6901) or a {@link JsonPath}. As in Envoy Gateway, {@code add} makes the objects and lists
 * that are missing on the way, and an index may count from the end ({@code -1}).
 */
public final class JsonPatch {
    /** The type of an operation. */
    public enum Op {
        add,
        remove,
        replace,
        move,
        copy,
        test
    }

    /**
     * One operation.
     *
     * @param jsonPath selects the nodes to patch; empty: only the root
     * @param path a JSON pointer, from the root or from the nodes that {@code jsonPath} selects
     * @param from the source of {@code move} and {@code copy}
     * @param value the value of {@code add}, {@code replace} and {@code test}; may be null
     */
    public record Operation(
            Op op,
            Optional<String> jsonPath,
            String path,
            Optional<String> from,
            @Nullable Object value) {
        /** An operation at one place. */
        public Operation(Op op, String path, Optional<String> from, @Nullable Object value) {
            this(op, Optional.empty(), path, from, value);
        }

        /** Whether a path of the operation contains {@code text}. */
        public boolean mentions(String text) {
            return path.contains(text)
                    || jsonPath.filter(each -> each.contains(text)).isPresent()
                    || from.filter(each -> each.contains(text)).isPresent();
        }
    }

    private static final Pattern INDEX = Pattern.compile("-?\\d{1,6}");

    private JsonPatch() {}

    /** {@code target} with the operations applied, all or none. */
    public static Map<String, Object> apply(Map<?, ?> target, List<Operation> operations) throws PatchFailure {
        Map<String, Object> root = copy(target);
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            String where = "[" + i + "]";
            for (String path : paths(operation, root, where)) {
                root = apply(root, operation, path, where);
            }
        }
        return root;
    }

    /**
     * The nodes that an operation patches. Nodes to remove are in reverse order, so that a removal does not shift the
     * index of a later one.
     */
    private static List<String> paths(Operation operation, Map<String, Object> root, String where) throws PatchFailure {
        if (operation.jsonPath().isEmpty()) {
            return List.of(operation.path());
        }
        String text = operation.jsonPath().get();
        List<String> selected;
        try {
            selected = JsonPath.parse(text).pointers(root);
        } catch (PatchFailure e) {
            throw new PatchFailure(where + ".jsonPath: " + e.getMessage());
        }
        if (selected.isEmpty()) {
            throw new PatchFailure(where + ".jsonPath: \"" + text
                    + "\" selects nothing (expected: a node; a field that is not there yet is named by path)");
        }
        String below = operation.path();
        List<String> paths = selected.stream()
                .map(each -> below.isEmpty() || below.startsWith("/") ? each + below : each + "/" + below)
                .toList();
        return operation.op() == Op.remove ? paths.reversed() : paths;
    }

    private static Map<String, Object> apply(Map<String, Object> root, Operation operation, String place, String where)
            throws PatchFailure {
        if (place.isEmpty()) {
            return whole(root, operation, where);
        }
        List<String> path = pointer(place, where + ".path");
        switch (operation.op()) {
            case add -> add(root, path, deepCopy(operation.value()), where);
            case remove -> remove(root, path, where);
            case replace -> replace(root, path, deepCopy(operation.value()), where);
            case move -> add(root, path, remove(root, from(operation, where), where), where);
            case copy -> add(root, path, deepCopy(get(root, from(operation, where), where)), where);
            case test -> test(place, get(root, path, where), operation, where);
        }
        return root;
    }

    /** An operation on the root. */
    private static Map<String, Object> whole(Map<String, Object> root, Operation operation, String where)
            throws PatchFailure {
        return switch (operation.op()) {
            case add, replace -> {
                if (operation.value() instanceof Map<?, ?> value) {
                    yield copy(value);
                }
                throw new PatchFailure(where + ".value: " + operation.value() + " (expected: an object)");
            }
            case test -> {
                test("the whole", root, operation, where);
                yield root;
            }
            case remove, move, copy ->
                throw new PatchFailure(
                        where + ".path: is empty (expected: a JSON pointer below the root for " + operation.op() + ")");
        };
    }

    private static void test(String place, @Nullable Object actual, Operation operation, String where)
            throws PatchFailure {
        if (!JsonPathFilter.same(actual, operation.value())) {
            throw new PatchFailure(where + ": " + place + " is " + actual + " (expected: " + operation.value() + ")");
        }
    }

    private static List<String> from(Operation operation, String where) throws PatchFailure {
        if (operation.from().isEmpty()) {
            throw new PatchFailure(where + ".from: is missing (expected: a JSON pointer, for " + operation.op() + ")");
        }
        return pointer(operation.from().get(), where + ".from");
    }

    private static List<String> pointer(String text, String where) throws PatchFailure {
        if (!text.startsWith("/")) {
            throw new PatchFailure(
                    where + ": \"" + text + "\" is not a JSON pointer below the root (expected: \"/field/0/…\")");
        }
        List<String> names = new ArrayList<>();
        for (String name : text.substring(1).split("/", -1)) {
            names.add(name.replace("~1", "/").replace("~0", "~"));
        }
        return names;
    }

    private static @Nullable Object get(Map<String, Object> root, List<String> path, String where) throws PatchFailure {
        Object node = root;
        for (int i = 0; i < path.size(); i++) {
            node = child(node, path, i, where);
        }
        return node;
    }

    private static @Nullable Object child(@Nullable Object node, List<String> path, int at, String where)
            throws PatchFailure {
        String name = path.get(at);
        if (node instanceof Map<?, ?> map && map.containsKey(name)) {
            return map.get(name);
        }
        if (node instanceof List<?> list) {
            int index = index(name, list.size());
            if (index >= 0 && index < list.size()) {
                return list.get(index);
            }
        }
        throw new PatchFailure(where + ": \"/" + String.join("/", path.subList(0, at + 1))
                + "\" is not there (expected: a field or item that is)");
    }

    /** The index that a name is in a list; negative: it is none. */
    private static int index(String name, int size) {
        if (!INDEX.matcher(name).matches()) {
            return -1;
        }
        int index = Integer.parseInt(name);
        return name.startsWith("-") ? size + index : index;
    }

    private static @Nullable Object parent(Map<String, Object> root, List<String> path, String where)
            throws PatchFailure {
        return get(root, path.subList(0, path.size() - 1), where);
    }

    @SuppressWarnings("unchecked") // All objects and lists below the root are our own copies.
    private static void add(Map<String, Object> root, List<String> path, @Nullable Object value, String where)
            throws PatchFailure {
        Object parent = parentMade(root, path, where);
        String name = path.getLast();
        if (parent instanceof Map<?, ?> map) {
            ((Map<String, @Nullable Object>) map).put(name, value);
        } else if (parent instanceof List<?> list && name.equals("-")) {
            ((List<@Nullable Object>) list).add(value);
        } else if (parent instanceof List<?> list
                && index(name, list.size()) >= 0
                && index(name, list.size()) <= list.size()) {
            ((List<@Nullable Object>) list).add(index(name, list.size()), value);
        } else {
            throw new PatchFailure(where + ": nothing can be added at \"/" + String.join("/", path)
                    + "\" (expected: a field of an object, or an index of a list)");
        }
    }

    private static @Nullable Object remove(Map<String, Object> root, List<String> path, String where)
            throws PatchFailure {
        Object value = get(root, path, where);
        Object parent = parent(root, path, where);
        if (parent instanceof Map<?, ?> map) {
            map.remove(path.getLast());
        } else if (parent instanceof List<?> list) {
            list.remove(index(path.getLast(), list.size()));
        }
        return value;
    }

    @SuppressWarnings("unchecked") // All objects and lists below the root are our own copies.
    private static void replace(Map<String, Object> root, List<String> path, @Nullable Object value, String where)
            throws PatchFailure {
        get(root, path, where);
        Object parent = parent(root, path, where);
        if (parent instanceof Map<?, ?> map) {
            ((Map<String, @Nullable Object>) map).put(path.getLast(), value);
        } else if (parent instanceof List<?> list) {
            ((List<@Nullable Object>) list).set(index(path.getLast(), list.size()), value);
        }
    }

    /** The parent of a node. Missing ancestors are created: a list if an index comes next, otherwise an object. */
    @SuppressWarnings("unchecked") // All objects and lists below the root are our own copies.
    private static @Nullable Object parentMade(Map<String, Object> root, List<String> path, String where)
            throws PatchFailure {
        Object node = root;
        for (int i = 0; i < path.size() - 1; i++) {
            String name = path.get(i);
            String next = path.get(i + 1);
            boolean missing = switch (node) {
                case Map<?, ?> map -> map.get(name) == null;
                case List<?> list -> name.equals("-") || index(name, list.size()) == list.size();
                case null, default -> false;
            };
            if (missing) {
                boolean list = next.equals("-") || INDEX.matcher(next).matches();
                Object made = list ? new ArrayList<>() : new LinkedHashMap<String, Object>();
                if (node instanceof Map<?, ?> map) {
                    ((Map<String, Object>) map).put(name, made);
                } else if (node instanceof List<?> items) {
                    ((List<Object>) items).add(made);
                }
                node = made;
            } else {
                node = child(node, path, i, where);
            }
        }
        return node;
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        Map<String, Object> result = new LinkedHashMap<>();
        map.forEach((name, value) -> result.put(String.valueOf(name), deepCopy(value)));
        return result;
    }

    @SuppressWarnings("NullAway") // JSON's null is a value.
    private static Object deepCopy(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> map -> copy(map);
            case List<?> list -> {
                List<Object> result = new ArrayList<>();
                list.forEach(item -> result.add(deepCopy(item)));
                yield result;
            }
            default -> value;
        };
    }
}
