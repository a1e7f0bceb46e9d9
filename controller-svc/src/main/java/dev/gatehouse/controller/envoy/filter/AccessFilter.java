package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.callout.CalloutResources;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.ObjectKey;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.BufferSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.CheckSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Calls authz-svc, which enforces a SecurityPolicy on the request. Requests are refused while authz-svc does not answer. */
public final class AccessFilter implements ChainFilter {
    /** Envoy's name of the filter. */
    public static final String NAME = "envoy.filters.http.ext_authz";

    /** The context extension of a check that names the policy. */
    private static final String POLICY = "gatehouse.policy";

    /** The context extension that names the part of the policy; without it: what is in front of the other filters. */
    private static final String PART = "gatehouse.part";

    /** The context extension that names the route's rule, as metrics do: for the audit log. */
    private static final String ROUTE = "gatehouse.route";

    /** Metadata of a check for values that the check itself lacks: the client's address by the listener's rules, and the trace id. */
    private static final List<HeaderValue> METADATA = List.of(
            metadata("x-gatehouse-client", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"),
            metadata("x-gatehouse-trace", "%TRACE_ID%"));

    /** The key in the filter's metadata of the claims of opaque tokens, by the names of their issuers. */
    static final String TOKENS = "gatehouse.token";

    /** The time limit of a check during a login, which needs two or three answers of the provider. */
    private static final Duration SIGN_ON_TIMEOUT = Duration.ofSeconds(15);

    /** The most bytes of a request with a logout token. A longer request is refused with 413. */
    private static final int LOGOUT_TOKEN_BYTES = 64 * 1024;

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(NAME, check().build()));
    }

    @Override
    public Map<String, Message> switchedOff(FilterNeeds needs) {
        return Map.of(NAME, ExtAuthzPerRoute.newBuilder().setDisabled(true).build());
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .security()
                .filter(Security::authzService)
                .<Map<String, Message>>map(security -> Map.of(
                        NAME,
                        security.signOn().isPresent()
                                        || !security.access().introspections().isEmpty()
                                ? signingOn(security.policy(), Optional.of(route.name()))
                                : enforcing(security.policy(), Optional.of(route.name()))))
                .orElse(Map.of());
    }

    /** Makes the filter that calls authz-svc. */
    public static ExtAuthz.Builder check() {
        return ExtAuthz.newBuilder()
                .setGrpcService(service(CalloutResources.TIMEOUT))
                .setTransportApiVersion(ApiVersion.V3)
                // Tokens may be bound to the client's certificate (RFC 8705).
                .setIncludePeerCertificate(true)
                // Otherwise Envoy joins two Cookie headers of HTTP/1 by a comma: the second one would be part of a
                // cookie.
                .setEncodeRawHeaders(true)
                .setStatusOnError(HttpStatus.newBuilder().setCode(StatusCode.ServiceUnavailable));
    }

    private static GrpcService service(Duration timeout) {
        return CalloutResources.service(Fleets.AUTHZ, Optional.of(timeout)).toBuilder()
                .addAllInitialMetadata(METADATA)
                .build();
    }

    private static HeaderValue metadata(String name, String format) {
        return HeaderValue.newBuilder().setKey(name).setValue(format).build();
    }

    /**
     * Enables authz-svc with the sign-on policy {@code policy} on a route that belongs to no rule. The time limit
     * allows for calls to a provider.
     */
    public static ExtAuthzPerRoute signingOn(ObjectKey policy) {
        return signingOn(policy, Optional.empty());
    }

    private static ExtAuthzPerRoute signingOn(ObjectKey policy, Optional<String> route) {
        ExtAuthzPerRoute.Builder enforcing = enforcing(policy, route).toBuilder();
        enforcing.getCheckSettingsBuilder().setGrpcService(service(SIGN_ON_TIMEOUT));
        return enforcing.build();
    }

    /** Enables authz-svc with the sign-on policy {@code policy}, and sends it the request's body. */
    public static ExtAuthzPerRoute signingOnWithBody(ObjectKey policy) {
        ExtAuthzPerRoute.Builder enforcing = signingOn(policy).toBuilder();
        enforcing
                .getCheckSettingsBuilder()
                .setWithRequestBody(BufferSettings.newBuilder().setMaxRequestBytes(LOGOUT_TOKEN_BYTES));
        return enforcing.build();
    }

    /** Enables authz-svc with {@code policy} before a route is selected. */
    public static ExtAuthzPerRoute enforcing(ObjectKey policy) {
        return enforcing(policy, Optional.empty());
    }

    /**
     * Has authz-svc enforce another part of {@code policy}.
     *
     * @param part the context extension that names it
     */
    static ExtAuthzPerRoute enforcing(ObjectKey policy, String route, String part) {
        ExtAuthzPerRoute.Builder enforcing = enforcing(policy, Optional.of(route)).toBuilder();
        enforcing.getCheckSettingsBuilder().putContextExtensions(PART, part);
        return enforcing.build();
    }

    private static ExtAuthzPerRoute enforcing(ObjectKey policy, Optional<String> route) {
        CheckSettings.Builder settings = CheckSettings.newBuilder().putContextExtensions(POLICY, policy.toString());
        route.ifPresent(name -> settings.putContextExtensions(ROUTE, name));
        return ExtAuthzPerRoute.newBuilder().setCheckSettings(settings).build();
    }
}
