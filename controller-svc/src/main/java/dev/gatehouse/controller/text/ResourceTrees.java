package dev.gatehouse.controller.text;

import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.events.ResourceId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** xDS resources as trees: fleet, type, name, and the resource; sorted by these. Private keys are left out. */
public final class ResourceTrees {
    private static final Comparator<ResourceId> ORDER = Comparator.comparing(ResourceId::fleet)
            .thenComparing(id -> ResourceText.typeName(id.typeUrl()))
            .thenComparing(ResourceId::name);

    private ResourceTrees() {}

    public static List<Map<String, Object>> of(Map<ResourceId, Output> resources, Predicate<ResourceId> wanted) {
        ResourceText text = new ResourceText();
        List<Map<String, Object>> trees = new ArrayList<>();
        resources.entrySet().stream()
                .filter(entry -> wanted.test(entry.getKey()))
                .sorted(Map.Entry.comparingByKey(ORDER))
                .forEach(entry -> {
                    ResourceId id = entry.getKey();
                    Map<String, Object> tree = new LinkedHashMap<>();
                    tree.put("fleet", id.fleet());
                    tree.put("type", ResourceText.typeName(id.typeUrl()));
                    tree.put("name", id.name());
                    tree.put(
                            "resource",
                            YamlText.ofJson(text.json(entry.getValue().message())));
                    trees.add(tree);
                });
        return trees;
    }
}
