package dev.gatehouse.xds.snapshot;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.envoyapi.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.HashSet;
import java.util.Set;

/** Finds the resources that a subscriber requests next because of a cluster or a listener. */
final class Requirements {
    private Requirements() {}

    static Set<ResourceKey> of(Any any) {
        try {
            return switch (any.getTypeUrl()) {
                case TypeUrls.CLUSTER -> ofCluster(Cluster.parseFrom(any.getValue()));
                case TypeUrls.LISTENER -> ofListener(Listener.parseFrom(any.getValue()));
                default -> Set.of();
            };
        } catch (InvalidProtocolBufferException e) {
            // The bytes are invalid. The subscriber will refuse them with a better message.
            return Set.of();
        }
    }

    private static Set<ResourceKey> ofCluster(Cluster cluster) {
        if (cluster.getType() != Cluster.DiscoveryType.EDS) {
            return Set.of();
        }
        String service = cluster.getEdsClusterConfig().getServiceName();
        return Set.of(new ResourceKey(TypeUrls.ENDPOINTS, service.isEmpty() ? cluster.getName() : service));
    }

    private static Set<ResourceKey> ofListener(Listener listener) throws InvalidProtocolBufferException {
        Set<ResourceKey> found = new HashSet<>();
        for (FilterChain chain : listener.getFilterChainsList()) {
            addRoutes(chain, found);
        }
        if (listener.hasDefaultFilterChain()) {
            addRoutes(listener.getDefaultFilterChain(), found);
        }
        return found;
    }

    private static void addRoutes(FilterChain chain, Set<ResourceKey> found) throws InvalidProtocolBufferException {
        for (Filter filter : chain.getFiltersList()) {
            if (filter.hasTypedConfig() && filter.getTypedConfig().is(HttpConnectionManager.class)) {
                HttpConnectionManager manager =
                        HttpConnectionManager.parseFrom(filter.getTypedConfig().getValue());
                if (manager.hasRds()) {
                    found.add(new ResourceKey(TypeUrls.ROUTES, manager.getRds().getRouteConfigName()));
                }
            }
        }
    }
}
