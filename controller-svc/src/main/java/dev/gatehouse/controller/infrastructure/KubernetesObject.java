package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.Map;

/**
 * A desired Kubernetes object.
 *
 * @param tree the whole object, in the form of the Kubernetes API
 */
public record KubernetesObject(String apiVersion, String kind, ObjectKey key, Map<String, Object> tree) {
    /** The identity of an object. */
    public record Id(String apiVersion, String kind, ObjectKey key) {
        @Override
        public String toString() {
            return kind + " " + key;
        }
    }

    public Id id() {
        return new Id(apiVersion, kind, key);
    }
}
