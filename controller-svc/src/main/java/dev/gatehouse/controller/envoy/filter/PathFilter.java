package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;
import java.util.Map;

/**
 * Refuses paths with a dot segment that has parameters, such as {@code /public/..;/admin}, with 403. Envoy resolves such a
 * segment, but not one that is percent-encoded ({@code %2e%2e;}), which it decodes afterwards: the path would pass for one
 * below {@code /public}, and servlet containers, which drop parameters first, would serve {@code /admin}.
 */
final class PathFilter implements ChainFilter {
    private static final String NAME = "gatehouse.path";
    private static final String DOT_SEGMENT = "/..;";

    private static final RBAC CONFIG = RBAC.newBuilder()
            .setRules(io.envoyproxy
                    .envoy
                    .config
                    .rbac
                    .v3
                    .RBAC
                    .newBuilder()
                    .setAction(io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.DENY)
                    .putPolicies(
                            "dot-segment-with-parameters",
                            Policy.newBuilder()
                                    .addPermissions(Permission.newBuilder()
                                            .setUrlPath(PathMatcher.newBuilder()
                                                    .setPath(StringMatcher.newBuilder()
                                                            .setContains(DOT_SEGMENT))))
                                    .addPrincipals(Principal.newBuilder().setAny(true))
                                    .build()))
            .build();

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(ChainContext.always(NAME, CONFIG));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return Map.of();
    }
}
