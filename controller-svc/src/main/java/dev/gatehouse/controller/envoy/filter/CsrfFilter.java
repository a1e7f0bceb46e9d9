package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.security.Csrf;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.extensions.filters.http.csrf.v3.CsrfPolicy;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;

/** Refuses requests that another site's page makes a browser send, by Envoy's filter {@code csrf}. */
final class CsrfFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.csrf";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(
                NAME, CsrfPolicy.newBuilder().setFilterEnabled(share(0, 1)).build()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .security()
                .flatMap(Security::csrf)
                .<Map<String, Message>>map(csrf -> Map.of(NAME, policy(csrf)))
                .orElse(Map.of());
    }

    /** Envoy either enforces the policy on a request or, in shadow mode, only counts the request. */
    private static CsrfPolicy policy(Csrf csrf) {
        int of = csrf.shadow().denominator();
        int shadow = csrf.shadow().numerator();
        CsrfPolicy.Builder policy = CsrfPolicy.newBuilder().setFilterEnabled(share(of - shadow, of));
        if (shadow > 0) {
            policy.setShadowEnabled(share(1, 1));
        }
        for (String origin : csrf.additionalOrigins()) {
            // Envoy compares host and port only, so the scheme is removed.
            policy.addAdditionalOrigins(CorsFilter.origin(origin.replaceFirst("^[^/]*://", "")));
        }
        return policy.build();
    }

    private static RuntimeFractionalPercent share(long numerator, long denominator) {
        return RuntimeFractionalPercent.newBuilder()
                .setDefaultValue(Protos.fraction(numerator, denominator))
                .build();
    }
}
