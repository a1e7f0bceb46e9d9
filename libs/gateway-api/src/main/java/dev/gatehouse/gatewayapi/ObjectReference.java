package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Optional;

/**
 * A reference to an object of a given kind, such as a Secret.
 *
 * @param namespace absent: the namespace of the referring object
 */
public record ObjectReference(String group, String kind, Optional<String> namespace, String name) {
    /** Reads a reference whose default kind is Secret. */
    public static ObjectReference readSecret(Fields f) {
        return new ObjectReference(
                f.string("group").orElse(""),
                f.string("kind").orElse("Secret"),
                f.string("namespace"),
                f.requiredString("name"));
    }

    /** Reads a reference whose group and kind are required. */
    static ObjectReference read(Fields f) {
        String group = f.string("group").orElse("");
        if (!f.has("group")) {
            f.wrong("group", "is missing (expected: an API group; \"\" for the core)");
        }
        return new ObjectReference(group, f.requiredString("kind"), f.string("namespace"), f.requiredString("name"));
    }

    /** Reads a reference to an object in the same namespace. */
    static ObjectReference readLocal(Fields f) {
        return new ObjectReference(
                f.string("group").orElse(""), f.requiredString("kind"), Optional.empty(), f.requiredString("name"));
    }

    /** True if the kind can hold CA certificates: a ConfigMap, Secret or ClusterTrustBundle. */
    public boolean holdsAuthorities() {
        return group.isEmpty() && (kind.equals("ConfigMap") || kind.equals("Secret"))
                // Envoy Gateway checks only the kind, and its users leave the group out.
                || (group.isEmpty() || group.equals(Kinds.CLUSTER_TRUST_BUNDLE.group()))
                        && kind.equals(Kinds.CLUSTER_TRUST_BUNDLE.name());
    }

    /** The name of the object with CA certificates, as seen from an object in {@code from}. A ClusterTrustBundle has no namespace. */
    public ObjectKey authoritiesKey(String from) {
        return kind.equals(Kinds.CLUSTER_TRUST_BUNDLE.name()) ? new ObjectKey("", name) : key(from);
    }

    /** The object's name, as seen from an object in {@code from}. */
    public ObjectKey key(String from) {
        return new ObjectKey(namespace.orElse(from), name);
    }
}
