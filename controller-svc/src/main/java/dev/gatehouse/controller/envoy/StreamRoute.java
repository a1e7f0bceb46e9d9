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
 * @param name its name in metrics and logs
 * @param places the SNI names that it serves
 * @param authorization the rules that say which clients may connect; empty: all clients may
 * @param statPrefix the prefix of its metrics
 * @param udpCluster for UDP, one cluster of all its backends
 * @param bySourceIp whether the client's address selects the endpoint
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
     * @param dryRun true if the rules only count connections and refuse none
     */
    public record Admission(Authorization authorization, ObjectKey policy, boolean dryRun) {}

    public StreamRoute {
        places = List.copyOf(places);
        targets = List.copyOf(targets);
    }
}
