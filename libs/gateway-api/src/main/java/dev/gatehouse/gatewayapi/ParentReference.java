package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/**
 * A route's or policy's parent: a Gateway or ListenerSet, or one listener of it.
 *
 * @param namespace the namespace as written; absent: the namespace of the referring object
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
        return f.list("parentRefs", 0, 32, ParentReference::read);
    }

    /** Whether a route also attaches to the default Gateways (GEP-3793), in addition to its parents. */
    static boolean readDefaults(Fields f) {
        return f.choice("useDefaultGateways", Gateway.DefaultScope.class).equals(Optional.of(Gateway.DefaultScope.All));
    }

    /** A whole Gateway. */
    public static ParentReference of(ObjectKey gateway) {
        return new ParentReference(
                Kinds.GATEWAY_GROUP,
                "Gateway",
                Optional.of(gateway.namespace()),
                gateway.name(),
                Optional.empty(),
                Optional.empty());
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

    /** The parent's name, as seen from an object in {@code from}. */
    public ObjectKey key(String from) {
        return new ObjectKey(namespace.orElse(from), name);
    }
}
