package dev.gatehouse.controller.explain;

import com.google.protobuf.Message;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The destinations of requests: clusters with their weights, and their endpoints. */
record Backends(Map<ResourceId, Message> resources, String fleet) {
    List<Map<String, Object>> of(RouteAction action) {
        List<Map<String, Object>> backends = new ArrayList<>();
        if (action.hasWeightedClusters()) {
            for (WeightedCluster.ClusterWeight each :
                    action.getWeightedClusters().getClustersList()) {
                backends.add(
                        cluster(each.getName(), Optional.of(each.getWeight().getValue())));
            }
        } else if (!action.getCluster().isEmpty()) {
            backends.add(cluster(action.getCluster(), Optional.empty()));
        }
        for (RouteAction.RequestMirrorPolicy mirror : action.getRequestMirrorPoliciesList()) {
            Map<String, Object> tree = cluster(mirror.getCluster(), Optional.empty());
            tree.put("mirror", true);
            backends.add(tree);
        }
        return backends;
    }

    List<Map<String, Object>> of(TcpProxy proxy) {
        return proxy.hasWeightedClusters()
                ? proxy.getWeightedClusters().getClustersList().stream()
                        .map(each -> cluster(each.getName(), Optional.of(each.getWeight())))
                        .toList()
                : List.of(cluster(proxy.getCluster(), Optional.empty()));
    }

    private Map<String, Object> cluster(String name, Optional<Integer> weight) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("cluster", name);
        weight.ifPresent(each -> tree.put("weight", each));
        if (!(resources.get(new ResourceId(fleet, TypeUrls.CLUSTER, name)) instanceof Cluster cluster)) {
            tree.put("problem", "there is no such cluster: 500");
            return tree;
        }
        if (cluster.hasTransportSocket() || cluster.getTransportSocketMatchesCount() > 0) {
            tree.put("tls", true);
        }
        String service = cluster.getEdsClusterConfig().getServiceName();
        Message assignment = cluster.hasLoadAssignment()
                ? cluster.getLoadAssignment()
                : resources.get(new ResourceId(fleet, TypeUrls.ENDPOINTS, service.isEmpty() ? name : service));
        if (cluster.getClusterType().getName().equals("envoy.clusters.dynamic_forward_proxy")) {
            tree.put("endpoints", List.of(Map.of("address", "the host of the request, by DNS")));
            return tree;
        }
        List<Object> endpoints = assignment instanceof ClusterLoadAssignment known ? endpoints(known) : List.of();
        if (endpoints.isEmpty()) {
            tree.put("problem", "it has no endpoints: 503");
        } else {
            tree.put("endpoints", endpoints);
        }
        return tree;
    }

    private static List<Object> endpoints(ClusterLoadAssignment assignment) {
        List<Object> endpoints = new ArrayList<>();
        for (LocalityLbEndpoints locality : assignment.getEndpointsList()) {
            for (LbEndpoint endpoint : locality.getLbEndpointsList()) {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("address", address(endpoint.getEndpoint().getAddress()));
                if (!locality.getLocality().getZone().isEmpty()) {
                    tree.put("zone", locality.getLocality().getZone());
                }
                if (locality.getLocality().getRegion().startsWith(ClusterResources.SHARE)) {
                    tree.put("weight", locality.getLoadBalancingWeight().getValue());
                }
                if (locality.getPriority() > 0) {
                    tree.put("priority", locality.getPriority());
                }
                if (endpoint.getHealthStatus() != HealthStatus.UNKNOWN) {
                    tree.put("health", endpoint.getHealthStatus().name());
                }
                endpoints.add(tree);
            }
        }
        return endpoints;
    }

    private static String address(Address address) {
        return address.hasPipe()
                ? "unix:" + address.getPipe().getPath()
                : address.getSocketAddress().getAddress() + ":"
                        + address.getSocketAddress().getPortValue();
    }
}
