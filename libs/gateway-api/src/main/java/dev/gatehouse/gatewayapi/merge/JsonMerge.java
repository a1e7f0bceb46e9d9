package dev.gatehouse.gatewayapi.merge;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** JSON merge patch (RFC 7386): objects are merged, all else is replaced, and null removes. */
public final class JsonMerge {
    private JsonMerge() {}

    /** {@code target} with {@code patch} applied. */
    public static Map<String, Object> apply(Map<?, ?> target, Map<?, ?> patch) {
        Map<String, Object> result = new LinkedHashMap<>();
        target.forEach((name, value) -> result.put(String.valueOf(name), value));
        patch.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (value == null) {
                result.remove(name);
            } else if (value instanceof Map<?, ?> object) {
                result.put(name, apply(result.get(name) instanceof Map<?, ?> old ? old : Map.of(), object));
            } else {
                result.put(name, value);
            }
        });
        return Collections.unmodifiableMap(result);
    }
}
