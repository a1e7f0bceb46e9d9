package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;

/**
 * Kubernetes' ClusterTrustBundle: CA certificates that the whole cluster may refer to.
 *
 * @param trustBundle PEM
 */
public record ClusterTrustBundle(String trustBundle) {
    static ClusterTrustBundle read(Fields f) {
        return new ClusterTrustBundle(f.known("signerName").requiredString("trustBundle"));
    }
}
