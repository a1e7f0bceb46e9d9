package dev.gatehouse.controller.envoy;

import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import java.util.List;

/**
 * A TLSRoute, TCPRoute or UDPRoute on a listener.
 *
 * @param name in metrics and logs
 * @param hostnames the SNI names it is for
 * @param udpCluster the cluster of all its backends together, for UDP
 */
public record StreamRoute(String name, List<String> hostnames, List<WeightedTarget> targets, String udpCluster) {
    public StreamRoute {
        hostnames = List.copyOf(hostnames);
        targets = List.copyOf(targets);
    }
}
