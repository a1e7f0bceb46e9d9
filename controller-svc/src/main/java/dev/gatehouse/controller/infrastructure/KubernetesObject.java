package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.Map;

/**
 * An object that should be there.
 *
 * @param tree the whole object, in the form of the Kubernetes API
 */
public record KubernetesObject(String apiVersion, String kind, ObjectKey key, Map<String, Object> tree) {
    /** What an object is told apart by. */
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
