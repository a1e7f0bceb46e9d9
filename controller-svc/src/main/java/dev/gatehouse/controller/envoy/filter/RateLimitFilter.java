package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.callout.CalloutResources;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.proto.Protos;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.ratelimit.v3.RateLimitServiceConfig;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks ratelimit-svc whether a request is within the global limits of a BackendTrafficPolicy. */
final class RateLimitFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.ratelimit";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(
                NAME,
                RateLimit.newBuilder()
                        .setDomain("gatehouse")
                        .setTimeout(Protos.duration(CalloutResources.LIMIT_TIMEOUT))
                        .setEnableXRatelimitHeaders(
                                chain.client().headers().rateLimitHeaders()
                                        ? RateLimit.XRateLimitHeadersRFCVersion.DRAFT_VERSION_03
                                        : RateLimit.XRateLimitHeadersRFCVersion.OFF)
                        .setDisableXEnvoyRatelimitedHeader(
                                !chain.client().headers().envoyHeaders())
                        .setRateLimitService(RateLimitServiceConfig.newBuilder()
                                .setTransportApiVersion(ApiVersion.V3)
                                .setGrpcService(CalloutResources.service(
                                        Fleets.RATE_LIMIT, Optional.of(CalloutResources.LIMIT_TIMEOUT))))
                        .build()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .limits()
                .<Map<String, Message>>map(limits -> Map.of(
                        NAME,
                        RateLimitPerRoute.newBuilder()
                                .setDomain(RateLimitResources.domain(route.listener()))
                                .addAllRateLimits(RateLimitResources.actions(route.name(), limits.limit()))
                                .build()))
                .orElse(Map.of());
    }
}
