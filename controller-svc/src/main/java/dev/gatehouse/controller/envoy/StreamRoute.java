package dev.gatehouse.controller.envoy;

import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.security.Authorization;
import java.util.List;
import java.util.Optional;

/**
 * A TLSRoute, TCPRoute or UDPRoute on a listener.
 *
 * @param name in metrics and logs
 * @param places the SNI names it is for
 * @param authorization which clients may connect; empty: all
 * @param statPrefix what its metrics begin with
 * @param udpCluster the cluster of all its backends together, for UDP
 * @param bySourceIp an endpoint is selected by the client's address
 */
public record StreamRoute(
        String name,
        String statPrefix,
        List<Attachments.Place> places,
        List<WeightedTarget> targets,
        Optional<Admission> authorization,
        String udpCluster,
        boolean bySourceIp) {
    /**
     * Rules for the connections of a route, with the policy that they are from.
     *
     * @param dryRun they are counted, and refuse nothing
     */
    public record Admission(Authorization authorization, ObjectKey policy, boolean dryRun) {}

    public StreamRoute {
        places = List.copyOf(places);
        targets = List.copyOf(targets);
    }
}
