package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.gatewayapi.Kind;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/**
 * A kind as the API server serves it.
 *
 * @param version the version of the kind that is read
 * @param plural the name in the API's paths
 */
record ServedKind(Kind<?> kind, String version, String plural) {
    /** "gateway.networking.k8s.io/v1", or "v1" for the core. */
    String apiVersion() {
        return kind.group().isEmpty() ? version : kind.group() + "/" + version;
    }

    ResourceDefinitionContext context() {
        return new ResourceDefinitionContext.Builder()
                .withGroup(kind.group())
                .withVersion(version)
                .withKind(kind.name())
                .withPlural(plural)
                .withNamespaced(kind.namespaced())
                .build();
    }

    @Override
    public String toString() {
        return plural + (kind.group().isEmpty() ? "" : "." + kind.group()) + "/" + version;
    }
}
