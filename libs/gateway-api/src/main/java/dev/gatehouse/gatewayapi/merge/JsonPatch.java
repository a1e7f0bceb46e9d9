package dev.gatehouse.gatewayapi.merge;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON patch (RFC 6902) with JSON pointers (RFC 6901). */
public final class JsonPatch {
    /** What an operation does. */
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
     * @param path a JSON pointer
     * @param from for {@code move} and {@code copy}
     * @param value for {@code add}, {@code replace} and {@code test}; may be null
     */
    public record Operation(
            Op op,
            String path,
            Optional<String> from,
            @Nullable Object value) {}

    private JsonPatch() {}

    /** {@code target} with the operations applied, all or none. */
    public static Map<String, Object> apply(Map<?, ?> target, List<Operation> operations) throws PatchFailure {
        Map<String, Object> root = copy(target);
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            String where = "[" + i + "]";
            List<String> path = pointer(operation.path(), where + ".path");
            switch (operation.op()) {
                case add -> add(root, path, deepCopy(operation.value()), where);
                case remove -> remove(root, path, where);
                case replace -> {
                    remove(root, path, where);
                    add(root, path, deepCopy(operation.value()), where);
                }
                case move -> add(root, path, remove(root, from(operation, where), where), where);
                case copy -> add(root, path, deepCopy(get(root, from(operation, where), where)), where);
                case test -> {
                    Object actual = get(root, path, where);
                    if (!Objects.equals(actual, operation.value())) {
                        throw new PatchFailure(where + ": " + operation.path() + " is " + actual + " (expected: "
                                + operation.value() + ")");
                    }
                }
            }
        }
        return root;
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
        if (node instanceof List<?> list && name.matches("\\d{1,6}") && Integer.parseInt(name) < list.size()) {
            return list.get(Integer.parseInt(name));
        }
        throw new PatchFailure(where + ": \"/" + String.join("/", path.subList(0, at + 1))
                + "\" is not there (expected: a field or item that is)");
    }

    private static @Nullable Object parent(Map<String, Object> root, List<String> path, String where)
            throws PatchFailure {
        return get(root, path.subList(0, path.size() - 1), where);
    }

    @SuppressWarnings("unchecked") // All objects and lists below the root are our own copies.
    private static void add(Map<String, Object> root, List<String> path, @Nullable Object value, String where)
            throws PatchFailure {
        Object parent = parent(root, path, where);
        String name = path.getLast();
        if (parent instanceof Map<?, ?> map) {
            ((Map<String, @Nullable Object>) map).put(name, value);
        } else if (parent instanceof List<?> list && name.equals("-")) {
            ((List<@Nullable Object>) list).add(value);
        } else if (parent instanceof List<?> list
                && name.matches("\\d{1,6}")
                && Integer.parseInt(name) <= list.size()) {
            ((List<@Nullable Object>) list).add(Integer.parseInt(name), value);
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
            list.remove(Integer.parseInt(path.getLast()));
        }
        return value;
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
