package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import com.google.protobuf.UInt64Value;
import dev.gatehouse.gatewayapi.traffic.BandwidthLimit;
import io.envoyproxy.envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit.EnableMode;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Limits the bandwidth of bodies. It has a filter for each direction, since Envoy's filter has one limit for both. */
final class BandwidthFilter implements ChainFilter {
    private static final String REQUEST = "envoy.filters.http.bandwidth_limit/request";
    private static final String RESPONSE = "envoy.filters.http.bandwidth_limit/response";
    private static final String STAT_PREFIX = "http_bandwidth_limiter";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        Message idle = limit(EnableMode.DISABLED).build();
        return List.of(chain.forPolicies(REQUEST, idle), chain.forPolicies(RESPONSE, idle));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .settings()
                .bandwidth()
                .map(BandwidthFilter::limits)
                .orElse(Map.of());
    }

    private static Map<String, Message> limits(BandwidthLimit settings) {
        Map<String, Message> limits = new HashMap<>();
        settings.request()
                .ifPresent(rate -> limits.put(
                        REQUEST,
                        limit(EnableMode.REQUEST)
                                .setLimitKbps(UInt64Value.of(rate))
                                .build()));
        settings.response().ifPresent(rate -> {
            var response = limit(EnableMode.RESPONSE).setLimitKbps(UInt64Value.of(rate));
            settings.trailerPrefix()
                    .ifPresent(
                            prefix -> response.setEnableResponseTrailers(true).setResponseTrailerPrefix(prefix));
            limits.put(RESPONSE, response.build());
        });
        return limits;
    }

    private static io.envoyproxy.envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit.Builder limit(
            EnableMode mode) {
        return io.envoyproxy.envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit.newBuilder()
                .setStatPrefix(STAT_PREFIX)
                .setEnableMode(mode);
    }
}
