package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.policy.WafConfigMap;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Converts the client's objects to the trees that the readers of kinds take. Fields that no reader uses are dropped at once. */
final class ObjectTree {
    private static final Location IN_THE_CLUSTER = new Location("cluster", 1, 1);

    /** An annotation with a copy of the whole object, which only kubectl uses. */
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    /** The keys of a ConfigMap that gateways use under fixed names. They are kept however large the ConfigMap is. */
    private static final Set<String> KNOWN = Set.of("ca.crt", "ca.crl", "tls.crt", "jwks", "response.body", "lua");

    /**
     * A ConfigMap below this size (in bytes) is kept whole, since an object may refer to any of its keys. Many larger
     * ConfigMaps have no meaning for a gateway.
     */
    private static final int SMALL = 64 * 1024;

    private static final String PEM = "-----BEGIN ";

    private static final String RULES = ".conf";

    /** The label of a ConfigMap with data files for WAF rules and without rules of its own. */
    private static final String RULE_FILES = "gatehouse.dev/rule-files";

    private ObjectTree() {}

    static Node.Mapping of(Kind<?> kind, GenericKubernetesResource object) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("metadata", metadata(object.getMetadata()));
        object.getAdditionalProperties().forEach((name, value) -> {
            if (kind.equals(Kinds.CONFIG_MAP)) {
                if (name.equals("data") && value instanceof Map<?, ?> data) {
                    fields.put(name, holdsRules(object.getMetadata(), data) || isSmall(data) ? data : known(data));
                }
            } else {
                fields.put(name, value);
            }
        });
        return mapping(fields);
    }

    private static boolean isSmall(Map<?, ?> data) {
        return data.values().stream()
                        .mapToLong(value -> String.valueOf(value).length())
                        .sum()
                <= SMALL;
    }

    private static Map<Object, Object> known(Map<?, ?> data) {
        Map<Object, Object> kept = new LinkedHashMap<>();
        data.forEach((key, value) -> {
            boolean onlyCertificates = data.size() == 1 && String.valueOf(value).contains(PEM);
            if (KNOWN.contains(String.valueOf(key)) || onlyCertificates) {
                kept.put(key, value);
            }
        });
        return kept;
    }

    private static boolean holdsRules(ObjectMeta metadata, Map<?, ?> data) {
        return WafConfigMap.NAME.equals(metadata.getName())
                || metadata.getLabels() != null && metadata.getLabels().containsKey(RULE_FILES)
                || data.keySet().stream().anyMatch(key -> String.valueOf(key).endsWith(RULES));
    }

    private static Map<String, Object> metadata(ObjectMeta metadata) {
        Map<String, Object> fields = new LinkedHashMap<>();
        put(fields, "name", metadata.getName());
        put(fields, "namespace", metadata.getNamespace());
        put(fields, "uid", metadata.getUid());
        put(fields, "generation", metadata.getGeneration());
        put(fields, "creationTimestamp", metadata.getCreationTimestamp());
        put(fields, "deletionTimestamp", metadata.getDeletionTimestamp());
        put(fields, "labels", metadata.getLabels());
        if (metadata.getAnnotations() != null) {
            fields.put("annotations", annotations(metadata));
        }
        return fields;
    }

    /** The annotations that gateways may use. */
    static Map<String, String> annotations(ObjectMeta metadata) {
        if (metadata.getAnnotations() == null) {
            return Map.of();
        }
        Map<String, String> annotations = new LinkedHashMap<>(metadata.getAnnotations());
        annotations.remove(LAST_APPLIED);
        return annotations;
    }

    private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    private static Node.Mapping mapping(Map<?, ?> tree) {
        Map<String, Node.Field> fields = new LinkedHashMap<>();
        tree.forEach((name, value) -> fields.put(String.valueOf(name), new Node.Field(IN_THE_CLUSTER, node(value))));
        return new Node.Mapping(IN_THE_CLUSTER, fields);
    }

    private static Node node(@Nullable Object value) {
        return switch (value) {
            case null -> scalar(Node.Scalar.Type.NULL, "null");
            case Map<?, ?> map -> mapping(map);
            case List<?> list -> {
                List<Node> items = new ArrayList<>();
                list.forEach(item -> items.add(node(item)));
                yield new Node.Sequence(IN_THE_CLUSTER, items);
            }
            case String text -> scalar(Node.Scalar.Type.STRING, text);
            case Boolean truth -> scalar(Node.Scalar.Type.BOOLEAN, truth.toString());
            case Float number -> scalar(Node.Scalar.Type.FLOAT, number.toString());
            case Double number -> scalar(Node.Scalar.Type.FLOAT, number.toString());
            case BigDecimal number -> scalar(Node.Scalar.Type.FLOAT, number.toString());
            case Number number -> scalar(Node.Scalar.Type.INTEGER, number.toString());
            default ->
                throw new IllegalArgumentException("value of " + value.getClass() + " (expected: what JSON has)");
        };
    }

    private static Node scalar(Node.Scalar.Type type, String text) {
        return new Node.Scalar(IN_THE_CLUSTER, type, text);
    }
}
