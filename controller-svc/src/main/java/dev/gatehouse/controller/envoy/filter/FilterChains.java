package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Any;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.FilterPosition;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The HTTP filters, in the order in which a request passes them. */
public final class FilterChains {
    private static final List<ChainFilter> CHAIN = List.of(
            new CorsFilter(),
            new AccessFilter(),
            new WafFilter(),
            new SessionFilter(),
            new RateLimitFilter(),
            new GrpcStatsFilter(),
            new RouterFilter());

    private FilterChains() {}

    /** The filters of a chain, those that {@code positions} name where these say. */
    public static List<HttpFilter> onListener(ChainContext chain, List<FilterPosition> positions) {
        return FilterOrder.apply(
                CHAIN.stream()
                        .flatMap(filter -> filter.onListener(chain).stream())
                        .toList(),
                positions);
    }

    /** What the filters are told for a route, by their names. */
    public static SortedMap<String, Any> onRoute(RouteContext route) {
        SortedMap<String, Any> config = new TreeMap<>();
        CHAIN.forEach(
                filter -> filter.onRoute(route).forEach((name, message) -> config.put(name, Protos.any(message))));
        return config;
    }
}
