package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.security.Security;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;

/**
 * Asks authz-svc whether the client has shown what its token is bound to ({@code cnf}), with the claims that the filter for tokens has verified. Not below the name of the
 * filter's kind: an EnvoyProxy's filterOrder, which is about the kinds, does not move it away from the filter for tokens.
 */
public final class BoundTokensFilter implements ChainFilter {
    static final String NAME = "gatehouse.bound-tokens";

    private static final String PART = "bound-tokens";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(
                NAME,
                AccessFilter.check()
                        .addMetadataContextNamespaces(JwtFilter.NAME)
                        .build()));
    }

    @Override
    public Map<String, Message> switchedOff(FilterNeeds needs) {
        return Map.of(NAME, ExtAuthzPerRoute.newBuilder().setDisabled(true).build());
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .security()
                .filter(security -> security.access().boundTokens())
                .map(Security::policy)
                .<Map<String, Message>>map(policy -> Map.of(NAME, AccessFilter.enforcing(policy, route.name(), PART)))
                .orElse(Map.of());
    }
}
