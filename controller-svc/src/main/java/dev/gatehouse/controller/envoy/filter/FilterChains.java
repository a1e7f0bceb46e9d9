package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Any;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.FilterPosition;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The HTTP filters, in the order in which a request passes them. */
public final class FilterChains {
    private static final List<ChainFilter> CHAIN = List.of(
            new PathFilter(),
            new CustomResponseFilter(),
            new FaultFilter(),
            new CorsFilter(),
            new CsrfFilter(),
            new ExtAuthFilter(),
            new LateHeadersFilter(),
            new AccessFilter(),
            new JwtFilter(),
            new BoundTokensFilter(),
            new BufferFilter(),
            new WafFilter(),
            new LuaFilter(),
            new ProcessorFilter(),
            new WasmFilter(),
            new ModuleFilter(),
            new GeoFilter(),
            new AuthorizationFilter(),
            new SessionFilter(),
            new LocalLimitFilter(),
            new RateLimitFilter(),
            new GrpcWebFilter(),
            new BandwidthFilter(),
            new GrpcStatsFilter(),
            new CompressorFilter(),
            new ResolverFilter(),
            new RouterFilter());

    private FilterChains() {}

    /**
     * The filters before all other filters, even before the filters that run before routing. The health check is among
     * them, since health checks show no credentials.
     */
    public static List<HttpFilter> beforeAll(ChainContext chain) {
        return Stream.concat(GeoFilter.strip(chain).stream(), HealthCheckFilter.of(chain.client()).stream())
                .toList();
    }

    /** The filters that are made from client settings alone, in order to check them. */
    public static List<HttpFilter> ofClients(ClientSettings client) {
        return Stream.of(HealthCheckFilter.of(client), LateHeadersFilter.of(client))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The filters of a chain, moved as {@code positions} say. */
    public static List<HttpFilter> onListener(ChainContext chain, List<FilterPosition> positions) {
        return FilterOrder.behind(
                JwtFilter.NAME,
                BoundTokensFilter.NAME,
                FilterOrder.apply(
                        CHAIN.stream()
                                .flatMap(filter -> filter.onListener(chain).stream())
                                .toList(),
                        positions));
    }

    /** The configuration that makes filters do nothing on routes without a policy, if the filters are enabled in the chain. */
    public static SortedMap<String, Any> switchedOff(FilterNeeds needs) {
        SortedMap<String, Any> config = new TreeMap<>();
        CHAIN.forEach(
                filter -> filter.switchedOff(needs).forEach((name, message) -> config.put(name, Protos.any(message))));
        return config;
    }

    /**
     * The configuration of the filters for one backend of a split, by filter name.
     *
     * @param name the rule's name
     */
    public static SortedMap<String, Any> onBackend(String name, Rule.Http rule, ClusterSpec backend) {
        SortedMap<String, Any> config = new TreeMap<>();
        CHAIN.forEach(filter -> filter.onBackend(name, rule, backend)
                .forEach((each, message) -> config.put(each, Protos.any(message))));
        return config;
    }

    /** The configuration of the filters for a route, by filter name. */
    public static SortedMap<String, Any> onRoute(RouteContext route) {
        SortedMap<String, Any> config = new TreeMap<>();
        CHAIN.forEach(
                filter -> filter.onRoute(route).forEach((name, message) -> config.put(name, Protos.any(message))));
        return config;
    }
}
