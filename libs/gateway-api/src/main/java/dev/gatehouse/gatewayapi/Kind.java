package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.schema.KindSchema;
import dev.gatehouse.gatewayapi.schema.Schemas;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A kind of object that Gatehouse reads.
 *
 * @param group the API group; empty for Kubernetes' core
 * @param versions the versions that are read, preferred first
 * @param name the kind, such as "HTTPRoute"
 * @param body reads the object's fields other than apiVersion, kind, metadata and status
 * @param <S> the specification
 */
public record Kind<S>(String group, List<String> versions, String name, boolean namespaced, Function<Fields, S> body) {
    public Kind {
        versions = List.copyOf(versions);
    }

    /** "gateway.networking.k8s.io/v1", or "v1" for the core. */
    public String apiVersion() {
        return group.isEmpty() ? versions.getFirst() : group + "/" + versions.getFirst();
    }

    /** The declared schema of its objects; empty: the reader defines it. */
    public Optional<KindSchema> schema() {
        return group.equals(Kinds.ENVOY_GATEWAY_GROUP) ? Schemas.find(name) : Optional.empty();
    }

    /** Kinds are singletons and compared by identity, since a reader has no equality. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Kind<?> that && that.group.equals(group) && that.name.equals(name);
    }

    @Override
    public int hashCode() {
        return group.hashCode() * 31 + name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
