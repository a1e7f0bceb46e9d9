package dev.gatehouse.controller.envoy;

import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import java.util.List;

/**
 * A TLSRoute, TCPRoute or UDPRoute on a listener.
 *
 * @param name in metrics and logs
 * @param places the SNI names it is for
 * @param udpCluster the cluster of all its backends together, for UDP
 */
public record StreamRoute(
        String name, List<Attachments.Place> places, List<WeightedTarget> targets, String udpCluster) {
    public StreamRoute {
        places = List.copyOf(places);
        targets = List.copyOf(targets);
    }
}
