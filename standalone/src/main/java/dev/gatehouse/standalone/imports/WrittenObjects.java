package dev.gatehouse.standalone.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Objects that an import writes, as trees in the order in which they are printed. For one thread. */
public final class WrittenObjects {
    public static final String GATEWAY_API = "gateway.networking.k8s.io";
    public static final String ENVOY_GATEWAY = "gateway.envoyproxy.io";
    public static final String GATEHOUSE = "gatehouse.dev";

    private final List<Map<String, Object>> objects = new ArrayList<>();

    /** Adds an object whose content is the field {@code part}: "spec" or "data". */
    public void add(
            String apiVersion, String kind, String namespace, String name, String part, Map<String, Object> body) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("apiVersion", apiVersion);
        object.put("kind", kind);
        object.put("metadata", ordered("name", name, "namespace", namespace));
        object.put(part, body);
        objects.add(object);
    }

    /** Lets objects of a namespace refer to one of another. */
    public void grant(
            String name, Map<String, Object> from, String namespace, String toGroup, String toKind, String toName) {
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("from", List.of(from));
        spec.put("to", List.of(ordered("group", toGroup, "kind", toKind, "name", toName)));
        add(GATEWAY_API + "/v1beta1", "ReferenceGrant", namespace, name, "spec", spec);
    }

    public List<Map<String, Object>> all() {
        return List.copyOf(objects);
    }

    /** A map in this order: names and values in turn. */
    public static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
