package dev.gatehouse.gatewayapi.merge;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' strategic merge patch: objects are merged, null removes, and lists whose items have a merge key are
 * merged item by item; other lists are replaced. The directives {@code $patch}, {@code $deleteFromPrimitiveList/…},
 * {@code $retainKeys} and {@code $setElementOrder/…} are honoured. The merge keys of lists are the ones that the API
 * types of pods, workloads, Services, ServiceAccounts, and Envoy Gateway's policies declare ({@code patchMergeKey}).
 */
public final class StrategicMerge {
    private static final Map<String, String> MERGE_KEYS = Map.ofEntries(
            Map.entry("containers", "name"),
            Map.entry("initContainers", "name"),
            Map.entry("ephemeralContainers", "name"),
            Map.entry("volumes", "name"),
            Map.entry("imagePullSecrets", "name"),
            Map.entry("env", "name"),
            Map.entry("volumeMounts", "mountPath"),
            Map.entry("volumeDevices", "devicePath"),
            Map.entry("hostAliases", "ip"),
            Map.entry("topologySpreadConstraints", "topologyKey"),
            Map.entry("schedulingGates", "name"),
            Map.entry("resourceClaims", "name"),
            Map.entry("secrets", "name"),
            Map.entry("ownerReferences", "uid"),
            Map.entry("compression", "type"),
            Map.entry("compressor", "type"),
            Map.entry("httpUpgrade", "type"),
            Map.entry("contextExtensions", "name"));

    /** Lists of strings that are united. */
    private static final Set<String> MERGED_PRIMITIVES = Set.of("finalizers");

    private static final String DIRECTIVE = "$patch";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";
    private static final String ELEMENT_ORDER = "$setElementOrder/";
    private static final String RETAIN_KEYS = "$retainKeys";

    private StrategicMerge() {}

    /**
     * {@code target} with {@code patch} applied.
     *
     * @param path the path of {@code patch}, for messages
     */
    public static Map<String, Object> apply(Map<?, ?> target, Map<?, ?> patch, String path) throws PatchFailure {
        Object directive = patch.get(DIRECTIVE);
        if (directive != null) {
            Map<String, Object> rest = strings(patch);
            rest.remove(DIRECTIVE);
            return switch (directive.toString()) {
                case "replace" -> Collections.unmodifiableMap(rest);
                case "delete" -> Map.of();
                case "merge" -> apply(target, rest, path);
                default ->
                    throw new PatchFailure(path + "." + DIRECTIVE + ": \"" + directive
                            + "\" is not known (expected: merge, replace or delete)");
            };
        }
        Map<String, Object> result = strings(target);
        if (patch.get(RETAIN_KEYS) instanceof List<?> kept) {
            result.keySet().removeIf(name -> !kept.contains(name));
        }
        for (Map.Entry<String, Object> entry : strings(patch).entrySet()) {
            String name = entry.getKey();
            Object value = entry.getValue();
            String at = path + "." + name;
            if (name.equals(RETAIN_KEYS) || name.startsWith(ELEMENT_ORDER)) {
                continue;
            }
            if (name.startsWith(DELETE_FROM)) {
                String list = name.substring(DELETE_FROM.length());
                if (result.get(list) instanceof List<?> old && value instanceof List<?> gone) {
                    result.put(
                            list,
                            old.stream().filter(item -> !gone.contains(item)).toList());
                }
            } else if (value == null) {
                result.remove(name);
            } else if (value instanceof Map<?, ?> object) {
                Map<?, ?> old = result.get(name) instanceof Map<?, ?> map ? map : Map.of();
                if (Objects.equals(object.get(DIRECTIVE), "delete")) {
                    result.remove(name);
                } else {
                    result.put(name, apply(old, object, at));
                }
            } else if (value instanceof List<?> list) {
                result.put(name, list(result.get(name), list, name, at));
            } else {
                result.put(name, value);
            }
        }
        for (String name : strings(patch).keySet()) {
            if (name.startsWith(ELEMENT_ORDER) && patch.get(name) instanceof List<?> order) {
                String list = name.substring(ELEMENT_ORDER.length());
                if (result.get(list) instanceof List<?> items) {
                    result.put(list, ordered(items, order, mergeKey(list, items)));
                }
            }
        }
        return Collections.unmodifiableMap(result);
    }

    private static List<Object> list(@Nullable Object old, List<?> patch, String name, String path)
            throws PatchFailure {
        List<?> target = old instanceof List<?> list ? list : List.of();
        if (MERGED_PRIMITIVES.contains(name)) {
            List<Object> united = new ArrayList<>(target);
            patch.stream().filter(item -> !united.contains(item)).forEach(united::add);
            return Collections.unmodifiableList(united);
        }
        Optional<String> key = mergeKey(name, patch);
        if (key.isEmpty() || patch.stream().anyMatch(StrategicMerge::replaces)) {
            return patch.stream()
                    .filter(item -> !(item instanceof Map<?, ?> map && map.containsKey(DIRECTIVE)))
                    .<Object>map(item -> item)
                    .toList();
        }
        List<Object> result = new ArrayList<>(target);
        for (int i = 0; i < patch.size(); i++) {
            String at = path + "[" + i + "]";
            if (!(patch.get(i) instanceof Map<?, ?> item) || item.get(key.get()) == null) {
                throw new PatchFailure(at + ": has no \"" + key.get()
                        + "\" (expected: an object with it: the items of \"" + name + "\" are told apart by it)");
            }
            int index = indexOf(result, key.get(), item.get(key.get()));
            boolean delete = Objects.equals(item.get(DIRECTIVE), "delete");
            if (delete && index >= 0) {
                result.remove(index);
            } else if (!delete && index >= 0 && result.get(index) instanceof Map<?, ?> before) {
                result.set(index, apply(before, item, at));
            } else if (!delete) {
                result.add(apply(Map.of(), item, at));
            }
        }
        return interleaved(result, target, patch, key.get());
    }

    /**
     * The merged items in Kubernetes' order: the patch's items in its order, the target's other items in theirs. Where
     * the target does not tell which of two comes first, the patch's item does.
     */
    private static List<Object> interleaved(List<Object> merged, List<?> target, List<?> patch, String key) {
        List<Object> patched = new ArrayList<>();
        for (Object item : patch) {
            if (item instanceof Map<?, ?> map && map.get(key) != null) {
                int index = indexOf(merged, key, map.get(key));
                if (index >= 0 && !patched.contains(merged.get(index))) {
                    patched.add(merged.get(index));
                }
            }
        }
        List<Object> others = new ArrayList<>(merged);
        others.removeAll(patched);
        List<Object> result = new ArrayList<>();
        int next = 0;
        for (Object item : patched) {
            int place = place(target, key, item);
            while (place >= 0 && next < others.size() && place(target, key, others.get(next)) < place) {
                result.add(others.get(next++));
            }
            result.add(item);
        }
        result.addAll(others.subList(next, others.size()));
        return Collections.unmodifiableList(result);
    }

    private static int place(List<?> items, String key, Object item) {
        Object id = item instanceof Map<?, ?> map ? map.get(key) : null;
        return id == null ? -1 : indexOf(items, key, id);
    }

    private static boolean replaces(@Nullable Object item) {
        return item instanceof Map<?, ?> map && Objects.equals(map.get(DIRECTIVE), "replace");
    }

    /** A Service's ports and a container's have the same name and different keys. */
    private static Optional<String> mergeKey(String name, List<?> items) {
        if (name.equals("ports")) {
            boolean container =
                    items.stream().anyMatch(item -> item instanceof Map<?, ?> map && map.containsKey("containerPort"));
            return Optional.of(container ? "containerPort" : "port");
        }
        return Optional.ofNullable(MERGE_KEYS.get(name));
    }

    private static List<Object> ordered(List<?> items, List<?> order, Optional<String> key) {
        List<Object> rest = new ArrayList<>(items);
        List<Object> result = new ArrayList<>();
        for (Object wanted : order) {
            Object id = wanted instanceof Map<?, ?> map && key.isPresent() ? map.get(key.get()) : wanted;
            int index = key.isPresent() && id != null ? indexOf(rest, key.get(), id) : rest.indexOf(id);
            if (index >= 0) {
                result.add(rest.remove(index));
            }
        }
        result.addAll(rest);
        return Collections.unmodifiableList(result);
    }

    private static int indexOf(List<?> items, String key, Object id) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Map<?, ?> map && id.equals(map.get(key))) {
                return i;
            }
        }
        return -1;
    }

    private static Map<String, Object> strings(Map<?, ?> map) {
        Map<String, Object> result = new LinkedHashMap<>();
        map.forEach((name, value) -> result.put(String.valueOf(name), value));
        return result;
    }
}
