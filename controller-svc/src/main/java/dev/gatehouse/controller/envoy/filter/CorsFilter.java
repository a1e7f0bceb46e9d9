package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.RouteFilter;
import dev.gatehouse.gatewayapi.security.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Answers preflights, and tells browsers what pages of other origins may do (GEP-1767). It is the first filter: a
 * preflight carries no credentials, and other filters would refuse it. A preflight from a forbidden origin is answered
 * too, without headers that allow anything.
 */
public final class CorsFilter implements ChainFilter {
    /** The name of the filter, and of what a route says to it. */
    public static final String NAME = "envoy.filters.http.cors";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(ChainContext.always(
                NAME, io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors.getDefaultInstance()));
    }

    /** The route's own CORS filter wins over its policy's section. */
    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.cors()
                .map(CorsFilter::policy)
                .or(() -> route.policies().security().flatMap(Security::cors).map(CorsFilter::policy))
                .<Map<String, Message>>map(policy -> Map.of(NAME, policy))
                .orElse(Map.of());
    }

    private static CorsPolicy policy(RouteFilter.Cors cors) {
        return policy(
                        cors.allowOrigins(),
                        cors.allowMethods(),
                        cors.allowHeaders(),
                        cors.exposeHeaders(),
                        cors.allowCredentials())
                .setMaxAge(Long.toString(cors.maxAge().toSeconds()))
                .build();
    }

    private static CorsPolicy policy(Cors cors) {
        CorsPolicy.Builder policy = policy(
                cors.allowOrigins(),
                cors.allowMethods(),
                cors.allowHeaders(),
                cors.exposeHeaders(),
                cors.allowCredentials());
        cors.maxAge().ifPresent(age -> policy.setMaxAge(Long.toString(age.toSeconds())));
        return policy.build();
    }

    private static CorsPolicy.Builder policy(
            List<String> origins,
            List<String> methods,
            List<String> headers,
            List<String> exposed,
            boolean credentials) {
        CorsPolicy.Builder policy = CorsPolicy.newBuilder()
                .setAllowMethods(joined(methods))
                .setAllowHeaders(joined(headers))
                .setExposeHeaders(String.join(", ", exposed))
                .setAllowCredentials(BoolValue.of(credentials))
                .setForwardNotMatchingPreflights(BoolValue.of(false));
        origins.forEach(origin -> policy.addAllowOriginStringMatch(origin(origin)));
        return policy;
    }

    /** Joins values. Envoy reads a "*" as "any value" only if it stands alone. */
    private static String joined(List<String> values) {
        return values.contains("*") ? "*" : String.join(", ", values);
    }

    /** Matches {@code origin}, in which "*" stands for any text without a slash; a sole "*" matches any origin. */
    static StringMatcher origin(String origin) {
        StringMatcher.Builder matcher = StringMatcher.newBuilder();
        if (origin.equals("*")) {
            matcher.setSafeRegex(Protos.regex(".*"));
        } else if (origin.contains("*")) {
            matcher.setSafeRegex(Protos.regex(Pattern.quote(origin).replace("*", "\\E[^/]+\\Q")));
        } else {
            matcher.setExact(origin);
        }
        return matcher.build();
    }
}
