package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Optional;

/**
 * A reference to an object of a given kind, such as a Secret.
 *
 * @param namespace absent: that of the object that refers
 */
public record ObjectReference(String group, String kind, Optional<String> namespace, String name) {
    /** A reference to a Secret where it does not say otherwise. */
    public static ObjectReference readSecret(Fields f) {
        return new ObjectReference(
                f.string("group").orElse(""),
                f.string("kind").orElse("Secret"),
                f.string("namespace"),
                f.requiredString("name"));
    }

    /** A reference whose group and kind must be given. */
    static ObjectReference read(Fields f) {
        String group = f.string("group").orElse("");
        if (!f.has("group")) {
            f.wrong("group", "is missing (expected: an API group; \"\" for the core)");
        }
        return new ObjectReference(group, f.requiredString("kind"), f.string("namespace"), f.requiredString("name"));
    }

    /** A reference to an object in the same namespace. */
    static ObjectReference readLocal(Fields f) {
        return new ObjectReference(
                f.string("group").orElse(""), f.requiredString("kind"), Optional.empty(), f.requiredString("name"));
    }

    /** True where it leads to something that can hold CA certificates: a ConfigMap, Secret or ClusterTrustBundle. */
    public boolean holdsAuthorities() {
        return group.isEmpty() && (kind.equals("ConfigMap") || kind.equals("Secret"))
                // Envoy Gateway looks at the kind only, and its users leave the group out.
                || (group.isEmpty() || group.equals(Kinds.CLUSTER_TRUST_BUNDLE.group()))
                        && kind.equals(Kinds.CLUSTER_TRUST_BUNDLE.name());
    }

    /** The name of what holds CA certificates, seen from an object in {@code from}: a ClusterTrustBundle has no namespace. */
    public ObjectKey authoritiesKey(String from) {
        return kind.equals(Kinds.CLUSTER_TRUST_BUNDLE.name()) ? new ObjectKey("", name) : key(from);
    }

    /** The object's name, seen from an object in {@code from}. */
    public ObjectKey key(String from) {
        return new ObjectKey(namespace.orElse(from), name);
    }
}
