package dev.gatehouse.standalone.upgrade;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The fields of CustomResourceDefinitions, by their paths, and how they differ. */
final class Schemas {
    /** The schema keywords that constrain a field's values. */
    private static final SortedSet<String> RULES = new TreeSet<>(List.of(
            "type",
            "enum",
            "pattern",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "required",
            "format",
            "default",
            "x-kubernetes-validations"));

    private Schemas() {}

    /**
     * How a definition changes.
     *
     * @param added paths of fields that only the new one has
     * @param removed paths of fields that only the old one has
     * @param changed paths of fields whose type, bounds, default or rules differ
     */
    record Change(SortedSet<String> added, SortedSet<String> removed, SortedSet<String> changed) {
        boolean isNothing() {
            return added.isEmpty() && removed.isEmpty() && changed.isEmpty();
        }
    }

    /** Compares two definitions as trees. */
    static Change between(Map<?, ?> old, Map<?, ?> now) {
        SortedMap<String, String> before = fields(old);
        SortedMap<String, String> after = fields(now);
        SortedSet<String> added = new TreeSet<>(after.keySet());
        added.removeAll(before.keySet());
        SortedSet<String> removed = new TreeSet<>(before.keySet());
        removed.removeAll(after.keySet());
        SortedSet<String> changed = new TreeSet<>();
        after.forEach((path, rules) -> {
            if (before.containsKey(path) && !rules.equals(before.get(path))) {
                changed.add(path);
            }
        });
        return new Change(outermost(added), outermost(removed), changed);
    }

    /** Without the fields of a field that is among them. */
    private static SortedSet<String> outermost(SortedSet<String> paths) {
        SortedSet<String> kept = new TreeSet<>();
        for (String path : paths) {
            if (kept.stream().noneMatch(outer -> path.startsWith(outer + ".") || path.startsWith(outer + "["))) {
                kept.add(path);
            }
        }
        return kept;
    }

    /** Each field of each version: "v1alpha1 spec.targetRefs[].name", with its rules as text. */
    private static SortedMap<String, String> fields(Map<?, ?> definition) {
        SortedMap<String, String> fields = new TreeMap<>();
        if (definition.get("spec") instanceof Map<?, ?> spec && spec.get("versions") instanceof Iterable<?> versions) {
            for (Object each : versions) {
                if (each instanceof Map<?, ?> version
                        && version.get("schema") instanceof Map<?, ?> schema
                        && schema.get("openAPIV3Schema") instanceof Map<?, ?> root) {
                    walk(version.get("name") + " ", "", root, fields);
                }
            }
        }
        return fields;
    }

    private static void walk(String version, String path, Map<?, ?> schema, SortedMap<String, String> fields) {
        if (!path.isEmpty()) {
            fields.put(version + path, rules(schema));
        }
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach(
                    (name, inner) -> child(version, path.isEmpty() ? "" + name : path + "." + name, inner, fields));
        }
        child(version, path + "[]", schema.get("items"), fields);
        child(version, path + "{}", schema.get("additionalProperties"), fields);
    }

    private static void child(String version, String path, @Nullable Object schema, SortedMap<String, String> fields) {
        if (schema instanceof Map<?, ?> map) {
            walk(version, path, map, fields);
        }
    }

    private static String rules(Map<?, ?> schema) {
        SortedMap<String, String> rules = new TreeMap<>();
        RULES.forEach(rule -> {
            if (schema.containsKey(rule)) {
                rules.put(rule, plain(schema.get(rule)));
            }
        });
        return rules.toString();
    }

    /** The same text for 1 and 1.0, and for maps in any order. */
    private static String plain(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                SortedMap<String, String> sorted = new TreeMap<>();
                map.forEach((key, inner) -> {
                    // Messages are words for people.
                    if (!"message".equals(key)) {
                        sorted.put(String.valueOf(key), plain(inner));
                    }
                });
                yield sorted.toString();
            }
            case List<?> list -> list.stream().map(Schemas::plain).toList().toString();
            case Number number -> number.doubleValue() + "";
            case null, default -> String.valueOf(value);
        };
    }
}
