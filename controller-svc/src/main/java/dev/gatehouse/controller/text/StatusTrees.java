package dev.gatehouse.controller.text;

import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.status.StatusTree;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader.Broken;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.yaml.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects as written, with the statuses that they would get. */
public final class StatusTrees {
    private static final String STATUS = "status";

    private StatusTrees() {}

    /**
     * The objects that have a status, in the order in which they were read.
     *
     * @param changedAt the time of the conditions' last transition, RFC 3339
     */
    public static List<Map<String, Object>> of(
            Map<ObjectRef, Found<?>> objects, Map<ObjectRef, ObjectStatus> statuses, String changedAt) {
        return of(objects, Map.of(), statuses, changedAt);
    }

    /**
     * The objects with a status: the readable objects in their order, then the unreadable ones.
     *
     * @param changedAt the time of the conditions' last transition, RFC 3339
     */
    public static List<Map<String, Object>> of(
            Map<ObjectRef, Found<?>> objects,
            Map<ObjectRef, Broken> broken,
            Map<ObjectRef, ObjectStatus> statuses,
            String changedAt) {
        List<Map<String, Object>> trees = new ArrayList<>();
        objects.forEach((ref, found) -> add(trees, found.document(), statuses.get(ref), changedAt));
        broken.forEach((ref, each) -> add(trees, each.document(), statuses.get(ref), changedAt));
        return trees;
    }

    private static void add(
            List<Map<String, Object>> trees, Node.Mapping document, @Nullable ObjectStatus status, String changedAt) {
        if (status != null && YamlText.tree(document) instanceof Map<?, ?> tree) {
            Map<String, Object> object = new LinkedHashMap<>();
            tree.forEach((name, value) -> object.put(String.valueOf(name), value));
            object.put(STATUS, StatusTree.of(status, changedAt));
            trees.add(object);
        }
    }
}
