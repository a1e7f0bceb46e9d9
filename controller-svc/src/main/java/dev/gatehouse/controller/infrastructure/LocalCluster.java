package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.proto.Upstreams;
import dev.gatehouse.gatewayapi.EndpointSlice;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.Collection;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The cluster of a fleet's own proxies ({@code cluster_manager.local_cluster_name}): Envoy uses its zones' shares to
 * decide how many requests can stay in a zone without overloading the endpoints there. No request is sent to this
 * cluster.
 */
public final class LocalCluster {
    /** The name of the cluster in the bootstrap, and of its endpoints resource. */
    public static final String NAME = "local_cluster";

    private LocalCluster() {}

    /** The ready proxies by their zones. Of a Service with two IP families only one family's addresses are used. */
    public static ClusterLoadAssignment endpoints(Collection<EndpointSlice> slices) {
        String family = slices.stream()
                .map(EndpointSlice::addressType)
                .min(Comparator.naturalOrder())
                .orElse("");
        SortedMap<String, SortedSet<String>> zones = new TreeMap<>();
        for (EndpointSlice slice : slices) {
            if (slice.addressType().equals(family)) {
                slice.endpoints().stream()
                        .filter(each -> each.ready() && !each.addresses().isEmpty())
                        .forEach(each -> zones.computeIfAbsent(each.zone().orElse(""), _ -> new TreeSet<>())
                                .add(each.addresses().getFirst()));
            }
        }
        ClusterLoadAssignment.Builder assignment =
                ClusterLoadAssignment.newBuilder().setClusterName(NAME);
        zones.forEach((zone, addresses) -> {
            LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder()
                    .setLocality(Locality.newBuilder().setZone(zone));
            addresses.forEach(address -> locality.addLbEndpoints(Upstreams.endpoint(
                    Protos.address(address, ProxyBootstrap.READINESS_PORT, SocketAddress.Protocol.TCP))));
            assignment.addEndpoints(locality);
        });
        return assignment.build();
    }
}
