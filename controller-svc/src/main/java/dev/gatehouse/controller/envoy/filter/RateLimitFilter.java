package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.callout.CalloutResources;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.policy.EffectivePolicies.Traffic;
import dev.gatehouse.controller.policy.RateLimitMerge.OwnedRule;
import dev.gatehouse.controller.proto.Protos;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.ratelimit.v3.RateLimitServiceConfig;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Calls ratelimit-svc, which counts the request against the global limits of a BackendTrafficPolicy. */
final class RateLimitFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.ratelimit";

    /**
     * The filter for limits that the targets of a policy share. Such limits have a domain of their own, and a filter
     * calls about one domain only.
     */
    private static final String SHARED = NAME + "/shared";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(filter(chain, NAME), filter(chain, SHARED));
    }

    private static HttpFilter filter(ChainContext chain, String name) {
        return chain.forPolicies(
                name,
                RateLimit.newBuilder()
                        .setDomain("gatehouse")
                        .setTimeout(Protos.duration(chain.limits().timeout()))
                        .setFailureModeDeny(chain.limits().failClosed())
                        .setEnableXRatelimitHeaders(
                                chain.client().headers().rateLimitHeaders()
                                        ? RateLimit.XRateLimitHeadersRFCVersion.DRAFT_VERSION_03
                                        : RateLimit.XRateLimitHeadersRFCVersion.OFF)
                        .setDisableXEnvoyRatelimitedHeader(
                                !chain.client().headers().envoyHeaders())
                        .setRateLimitService(RateLimitServiceConfig.newBuilder()
                                .setTransportApiVersion(ApiVersion.V3)
                                .setGrpcService(CalloutResources.service(
                                        Fleets.RATE_LIMIT,
                                        Optional.of(chain.limits().timeout()))))
                        .build());
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        Map<String, Message> limits = new HashMap<>();
        route.policies().traffic().map(Traffic::globalRules).ifPresent(rules -> {
            if (RateLimitResources.has(rules, false)) {
                limits.put(NAME, limits(RateLimitResources.domain(route.listener()), route, rules, false));
            }
            if (RateLimitResources.has(rules, true)) {
                limits.put(SHARED, limits(RateLimitResources.SHARED_DOMAIN, route, rules, true));
            }
        });
        return limits;
    }

    private static Message limits(String domain, RouteContext route, List<OwnedRule> rules, boolean shared) {
        return RateLimitPerRoute.newBuilder()
                .setDomain(domain)
                .addAllRateLimits(RateLimitResources.actions(route.name(), rules, shared))
                .build();
    }
}
