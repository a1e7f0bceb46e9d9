package dev.gatehouse.controller.policy;

import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * TEG's form of a WAF policy: a ConfigMap {@value #NAME}, whose {@code directives} apply to all routes without a
 * WAFPolicy. The directives are the value of the key {@code directives}, as lines or as a list in YAML, or a list of
 * that name in a YAML value of another key.
 */
public final class WafConfigMap {
    /** The ConfigMap's name. It is in the controller's namespace. */
    public static final String NAME = "waf-config";

    private static final String DIRECTIVES = "directives";

    private WafConfigMap() {}

    /** The directives in order; an empty list: there is no WAF. */
    public static List<String> directives(ConfigMap map) {
        Map<String, String> data = new TreeMap<>(map.data());
        Optional<String> own = Optional.ofNullable(data.remove(DIRECTIVES));
        if (own.isPresent()) {
            List<String> list = list(DIRECTIVES + ":\n" + own.get().indent(2));
            return list.isEmpty() && !own.get().isBlank() ? List.of(own.get()) : list;
        }
        return data.values().stream()
                .map(WafConfigMap::list)
                .filter(list -> !list.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static List<String> list(String yaml) {
        List<String> found = new ArrayList<>();
        for (Node.Mapping document : YamlDocuments.read("", yaml).documents()) {
            if (document.get(DIRECTIVES).orElse(null) instanceof Node.Sequence sequence) {
                for (Node item : sequence.items()) {
                    if (item instanceof Node.Scalar scalar) {
                        found.add(scalar.text());
                    }
                }
            }
        }
        return found;
    }
}
