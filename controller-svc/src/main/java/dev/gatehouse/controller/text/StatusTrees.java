package dev.gatehouse.controller.text;

import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.status.StatusTree;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Objects as they were written, with the statuses that they would get. */
public final class StatusTrees {
    private static final String STATUS = "status";

    private StatusTrees() {}

    /**
     * The objects that have a status, in the order in which they were read.
     *
     * @param changedAt when conditions changed last, RFC 3339
     */
    public static List<Map<String, Object>> of(
            Map<ObjectRef, Found<?>> objects, Map<ObjectRef, ObjectStatus> statuses, String changedAt) {
        List<Map<String, Object>> trees = new ArrayList<>();
        for (Found<?> found : objects.values()) {
            ObjectStatus status = statuses.get(found.ref());
            if (status != null && YamlText.tree(found.document()) instanceof Map<?, ?> tree) {
                Map<String, Object> object = new LinkedHashMap<>();
                tree.forEach((name, value) -> object.put(String.valueOf(name), value));
                object.put(STATUS, StatusTree.of(status, changedAt));
                trees.add(object);
            }
        }
        return trees;
    }
}
