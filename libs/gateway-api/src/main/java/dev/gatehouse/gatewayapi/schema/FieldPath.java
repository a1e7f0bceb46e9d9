package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Fields within fields: "connection.preconnect". No lists.
 *
 * @param names at least one
 */
record FieldPath(List<String> names) {
    FieldPath {
        names = List.copyOf(names);
    }

    static FieldPath of(String text) {
        return new FieldPath(Arrays.asList(text.split("\\.")));
    }

    /** The value below {@code node}; empty: it is not there, or null. */
    Optional<Node> in(Node node) {
        Optional<Node> found = Optional.of(node);
        for (String name : names) {
            found = found.flatMap(each -> each instanceof Node.Mapping mapping ? mapping.get(name) : Optional.empty());
        }
        return found;
    }

    /** The value below {@code root}, as CEL names it. */
    String cel(String root) {
        return root + "." + String.join(".", names);
    }

    /** CEL that is true if the value is there. */
    String celHas(String root) {
        StringBuilder text = new StringBuilder();
        String at = root;
        for (String name : names) {
            at += "." + name;
            text.append(text.isEmpty() ? "has(" : " && has(").append(at).append(")");
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return String.join(".", names);
    }
}
