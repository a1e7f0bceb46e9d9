package dev.gatehouse.controller.envoy;

import com.google.protobuf.Message;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.NameCache;
import dev.gatehouse.controller.envoy.cluster.Resolvers;
import dev.gatehouse.controller.proto.Protos;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig;
import java.util.List;

/** Resolves the SNI of connections, for Backends of type DynamicResolver, and refuses addresses that no client may reach. */
final class SniResolver {
    /** SNI has no port. */
    private static final int PORT = 443;

    private SniResolver() {}

    /** The filters of a cluster; an empty list unless connections name the cluster's endpoints. */
    static List<Filter> filters(ClusterSpec cluster, String statPrefix) {
        return cluster.resolved().stream()
                .flatMap(endpoints -> List.of(
                        filter(
                                "envoy.filters.network.sni_dynamic_forward_proxy",
                                FilterConfig.newBuilder()
                                        .setDnsCacheConfig(Resolvers.cache(NameCache.of(cluster)))
                                        .setPortValue(PORT)
                                        .setSaveUpstreamAddress(true)
                                        .build()),
                        filter(
                                "envoy.filters.network.rbac",
                                RBAC.newBuilder()
                                        .setStatPrefix(statPrefix)
                                        .setRules(Resolvers.addresses(endpoints))
                                        .build()))
                        .stream())
                .toList();
    }

    private static Filter filter(String name, Message config) {
        return Filter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }
}
