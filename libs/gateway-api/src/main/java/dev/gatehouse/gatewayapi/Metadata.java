package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The part of an object's metadata that Gatehouse uses.
 *
 * @param generation the object's generation; 1 in files, which have none
 * @param uid absent in files
 * @param createdAt absent in files; Gateway API lets the older object win
 */
public record Metadata(
        ObjectKey key,
        Map<String, String> labels,
        Map<String, String> annotations,
        long generation,
        Optional<String> uid,
        Optional<Instant> createdAt) {
    /** Names of cluster-scoped objects may have colons, such as "example.com:roots" of a signer's ClusterTrustBundle. */
    private static final Syntax CLUSTER_WIDE = Syntax.of(
            "[a-z0-9]([-a-z0-9.:]*[a-z0-9])?",
            253,
            "lower-case letters, digits, '-', '.' and ':', at most 253 characters");

    public Metadata {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    static Metadata read(Fields fields, boolean namespaced) {
        fields.lenient();
        String name = fields.requiredString("name", namespaced ? Syntax.DNS_NAME : CLUSTER_WIDE);
        Optional<String> namespace = fields.string("namespace", Syntax.DNS_LABEL);
        if (!namespaced && namespace.isPresent()) {
            fields.warn("namespace", "the kind has no namespaces; ignored");
        }
        return new Metadata(
                new ObjectKey(namespaced ? namespace.orElse("default") : "", name),
                fields.stringMap("labels"),
                fields.stringMap("annotations"),
                fields.longInteger("generation", 0, Long.MAX_VALUE).orElse(1L),
                fields.string("uid"),
                fields.instant("creationTimestamp"));
    }
}
