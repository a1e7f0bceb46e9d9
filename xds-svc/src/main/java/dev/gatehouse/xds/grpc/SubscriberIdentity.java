package dev.gatehouse.xds.grpc;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.type.v3.SemanticVersion;
import java.util.Optional;

/**
 * The identity of a subscriber, from the node of its first request.
 *
 * @param version the subscriber's version; empty: unknown
 */
record SubscriberIdentity(String fleet, String nodeId, String version) {
    /** The name under which envoyproxy/ratelimit asks Envoy Gateway for its limits; it does not name a fleet. */
    private static final String ENVOY_RATELIMIT = "envoy-ratelimit";

    private static final String RATELIMIT_FLEET = "gatehouse/ratelimit";

    /** The identity; empty if the node does not name its fleet. */
    static Optional<SubscriberIdentity> of(Node node) {
        boolean ratelimit =
                node.getCluster().equals(ENVOY_RATELIMIT) || node.getId().equals(ENVOY_RATELIMIT);
        String fleet = ratelimit ? RATELIMIT_FLEET : node.getCluster();
        return fleet.isEmpty()
                ? Optional.empty()
                : Optional.of(new SubscriberIdentity(fleet, node.getId(), version(node)));
    }

    private static String version(Node node) {
        if (node.hasUserAgentBuildVersion()) {
            SemanticVersion version = node.getUserAgentBuildVersion().getVersion();
            return version.getMajorNumber() + "." + version.getMinorNumber() + "." + version.getPatch();
        }
        return node.getUserAgentVersion();
    }
}
