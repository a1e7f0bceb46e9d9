package dev.gatehouse.controller.kubernetes;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The status of an object on the cluster. It is kept as text to save memory, since every object has one and it is
 * rarely read.
 *
 * @param served the object's kind
 * @param version the object's resourceVersion with this status
 * @param json the status
 */
record LiveStatus(ServedKind served, String version, String json) {
    static LiveStatus of(ServedKind served, String version, Map<String, Object> status) {
        return new LiveStatus(served, version, status.isEmpty() ? "{}" : Serialization.asJson(status));
    }

    Map<String, Object> tree() {
        return fields(Serialization.unmarshal(json, Map.class));
    }

    static Map<String, Object> fields(Map<?, ?> map) {
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((name, value) -> fields.put(String.valueOf(name), value));
        return fields;
    }
}
