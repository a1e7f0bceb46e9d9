package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.callout.CalloutResources;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.ObjectKey;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.CheckSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks authz-svc whether a request may pass, by a SecurityPolicy. Closed while authz-svc does not answer. */
public final class AccessFilter implements ChainFilter {
    /** Envoy's name of it. */
    public static final String NAME = "envoy.filters.http.ext_authz";

    /** The context extension of a check that names the policy. */
    private static final String POLICY = "gatehouse.policy";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(NAME, check().build()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .security()
                .filter(Security::authzService)
                .<Map<String, Message>>map(security -> Map.of(NAME, enforcing(security.policy())))
                .orElse(Map.of());
    }

    /** Asks authz-svc. */
    public static ExtAuthz.Builder check() {
        return ExtAuthz.newBuilder()
                .setGrpcService(CalloutResources.service(Fleets.AUTHZ, Optional.of(CalloutResources.TIMEOUT)))
                .setTransportApiVersion(ApiVersion.V3)
                .setStatusOnError(HttpStatus.newBuilder().setCode(StatusCode.ServiceUnavailable));
    }

    /** Has authz-svc enforce {@code policy}. */
    public static ExtAuthzPerRoute enforcing(ObjectKey policy) {
        return ExtAuthzPerRoute.newBuilder()
                .setCheckSettings(CheckSettings.newBuilder().putContextExtensions(POLICY, policy.toString()))
                .build();
    }
}
