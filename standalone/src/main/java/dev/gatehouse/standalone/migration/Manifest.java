package dev.gatehouse.standalone.migration;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.standalone.imports.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An object of Kubernetes as it was written.
 *
 * @param namespace "default" where the object says none
 */
record Manifest(String apiVersion, String kind, String namespace, String name, Node.Mapping tree) {
    private static final Set<String> CLUSTER_SCOPED = Set.of(
            "GatewayClass", "IngressClass", "Namespace", "Node", "ClusterTrustBundle", "CustomResourceDefinition");

    static Optional<Manifest> of(Node.Mapping tree) {
        String kind = text(tree, "kind").orElse("");
        String name = text(tree, "metadata.name").orElse("");
        return kind.isEmpty() || name.isEmpty()
                ? Optional.empty()
                : Optional.of(new Manifest(
                        text(tree, "apiVersion").orElse(""),
                        kind,
                        text(tree, "metadata.namespace").orElse("default"),
                        name,
                        tree));
    }

    /** The scalar at {@code path}; empty where none is. */
    static Optional<String> text(Node tree, String path) {
        return tree.find(path)
                .filter(node -> !Node.isNull(node))
                .flatMap(node -> node instanceof Node.Scalar scalar ? Optional.of(scalar.text()) : Optional.empty());
    }

    Optional<String> text(String path) {
        return text(tree, path);
    }

    /** The objects of the list at {@code path} of {@code tree}. */
    static List<Node.Mapping> objects(Node tree, String path) {
        List<Node.Mapping> objects = new ArrayList<>();
        if (tree.find(path).orElse(tree) instanceof Node.Sequence list) {
            list.items().forEach(item -> {
                if (item instanceof Node.Mapping mapping) {
                    objects.add(mapping);
                }
            });
        }
        return objects;
    }

    /** The scalars of the list at {@code path} of {@code tree}. */
    static List<String> texts(Node tree, String path) {
        List<String> texts = new ArrayList<>();
        if (tree.find(path).orElse(tree) instanceof Node.Sequence list) {
            list.items().forEach(item -> {
                if (item instanceof Node.Scalar scalar) {
                    texts.add(scalar.text());
                }
            });
        }
        return texts;
    }

    /** The fields of the object at {@code path} that are scalars: annotations, or the data of a ConfigMap. */
    Map<String, Setting> settings(String path) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        if (tree.find(path).orElse(tree) instanceof Node.Mapping mapping && mapping != tree) {
            mapping.fields().forEach((key, field) -> {
                if (field.value() instanceof Node.Scalar scalar) {
                    settings.put(key, new Setting(key, field.location(), List.of(scalar.text())));
                }
            });
        }
        return settings;
    }

    Location location() {
        return tree.location();
    }

    /** A setting that stands for the whole object, or for its field at {@code path}. */
    Setting setting(String path) {
        return new Setting(path.isEmpty() ? toString() : this + " " + path, tree.locate(path), List.of());
    }

    /** "HTTPRoute shop/cart", "GatewayClass eg". */
    @Override
    public String toString() {
        return CLUSTER_SCOPED.contains(kind) ? kind + " " + name : kind + " " + namespace + "/" + name;
    }
}
