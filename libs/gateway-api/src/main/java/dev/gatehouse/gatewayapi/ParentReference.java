package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/**
 * A route's or policy's parent: a Gateway or ListenerSet, or one listener of it.
 *
 * @param namespace the namespace as written; absent: that of the object that refers
 */
public record ParentReference(
        String group,
        String kind,
        Optional<String> namespace,
        String name,
        Optional<String> sectionName,
        Optional<Integer> port) {
    /** The parents of a route. */
    static List<ParentReference> readAll(Fields f) {
        f.passOver("useDefaultGateways", "default Gateways (GEP-3793) are not served (expected: parentRefs)");
        return f.list("parentRefs", 0, 32, ParentReference::read);
    }

    static ParentReference read(Fields f) {
        return new ParentReference(
                f.string("group").orElse(Kinds.GATEWAY_GROUP),
                f.string("kind").orElse("Gateway"),
                f.string("namespace"),
                f.requiredString("name"),
                f.string("sectionName"),
                f.port("port"));
    }

    /** The parent's name, seen from an object in {@code from}. */
    public ObjectKey key(String from) {
        return new ObjectKey(namespace.orElse(from), name);
    }
}
