package dev.gatehouse.controller.envoy;

import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import java.util.List;

/**
 * A TLSRoute, TCPRoute or UDPRoute on a listener.
 *
 * @param name in metrics and logs
 * @param places the SNI names it is for
 * @param statPrefix what its metrics begin with
 * @param udpCluster the cluster of all its backends together, for UDP
 * @param bySourceIp an endpoint is selected by the client's address
 */
public record StreamRoute(
        String name,
        String statPrefix,
        List<Attachments.Place> places,
        List<WeightedTarget> targets,
        String udpCluster,
        boolean bySourceIp) {
    public StreamRoute {
        places = List.copyOf(places);
        targets = List.copyOf(targets);
    }
}
