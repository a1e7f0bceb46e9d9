package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.NameCache;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.envoy.cluster.Resolvers;
import dev.gatehouse.controller.route.ResolvedRoute.Filters;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.gatewayapi.HttpRouteFilter;
import dev.gatehouse.gatewayapi.RouteFilter;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue;
import io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.set_filter_state.v3.Config;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Resolves a request's host for Backends of type DynamicResolver, and refuses the request if no client may reach the
 * address. It consists of three filters: the first determines the host as the router will rewrite it, the second
 * resolves the host, and the third checks the address. They are the last filters before the router, and their names
 * keep an EnvoyProxy from moving them, so that no filter changes the host after the check.
 */
final class ResolverFilter implements ChainFilter {
    private static final String HOST = "gatehouse.filters.http.resolver.host";
    private static final String NAMES = "gatehouse.filters.http.resolver.names/";
    private static final String ADDRESSES = "gatehouse.filters.http.resolver.addresses";

    /** The filter state key from which Envoy's filter and cluster read the host. They read the request's host only without it. */
    private static final String HOST_KEY = "envoy.upstream.dynamic_host";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        List<HttpFilter> filters = new ArrayList<>();
        if (!chain.needs().caches().isEmpty()) {
            filters.add(chain.forPolicies(HOST, Config.getDefaultInstance()));
            chain.needs().sortedCaches().forEach(cache -> filters.add(chain.forPolicies(name(cache), names(cache))));
            filters.add(chain.forPolicies(ADDRESSES, RBAC.getDefaultInstance()));
        }
        return filters;
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        Optional<ClusterSpec> cluster = route.rule().targets().stream()
                .map(WeightedTarget::target)
                .flatMap(target -> target instanceof Target.Found found
                                && found.cluster().resolved().isPresent()
                        ? Optional.of(found.cluster()).stream()
                        : Optional.<ClusterSpec>empty().stream())
                .findFirst();
        if (cluster.isEmpty() || !route.hasBackend()) {
            return Map.of();
        }
        return Map.of(
                HOST,
                saying(host(route.rule())),
                name(NameCache.of(cluster.get())),
                PerRouteConfig.getDefaultInstance(),
                ADDRESSES,
                RBACPerRoute.newBuilder()
                        .setRbac(RBAC.newBuilder()
                                .setRules(Resolvers.addresses(
                                        cluster.get().resolved().orElseThrow())))
                        .build());
    }

    @Override
    public Map<String, Message> switchedOff(FilterNeeds needs) {
        Map<String, Message> off = new HashMap<>();
        needs.caches()
                .forEach(cache -> off.put(
                        name(cache), FilterConfig.newBuilder().setDisabled(true).build()));
        return off;
    }

    private static String name(NameCache cache) {
        return NAMES + cache.name();
    }

    private static Message names(NameCache cache) {
        return io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig.newBuilder()
                .setDnsCacheConfig(Resolvers.cache(cache))
                .setSaveUpstreamAddress(true)
                .setAllowDynamicHostFromFilterState(true)
                .build();
    }

    private static Config saying(String format) {
        return Config.newBuilder()
                .addOnRequestHeaders(FilterStateValue.newBuilder()
                        .setObjectKey(HOST_KEY)
                        .setFactoryKey("envoy.string")
                        .setFormatString(SubstitutionFormatString.newBuilder()
                                .setTextFormatSource(DataSource.newBuilder().setInlineString(format))))
                .build();
    }

    /** The host of the request after the router's rewrite. */
    private static String host(Rule.Http rule) {
        String host = "%REQ(:authority)%";
        for (Filters filters : List.of(rule.filters(), rule.targets().getFirst().filters())) {
            Optional<String> literal = filters.rewrite().flatMap(RouteFilter.UrlRewrite::hostname);
            host = literal.orElse(host);
            Optional<HttpRouteFilter.HostRewrite> extended =
                    filters.extendedRewrite().flatMap(HttpRouteFilter.UrlRewrite::hostname);
            if (extended.orElse(null) instanceof HttpRouteFilter.HostRewrite.OfHeader header) {
                host = "%REQ(" + header.header() + "?:authority)%";
            }
        }
        return host;
    }
}
