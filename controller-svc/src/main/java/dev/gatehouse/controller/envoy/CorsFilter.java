package dev.gatehouse.controller.envoy;

import com.google.protobuf.BoolValue;
import dev.gatehouse.gatewayapi.RouteFilter;
import dev.gatehouse.gatewayapi.security.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Cross-origin requests, by Envoy's filter {@code cors}: the first one, so that it answers preflights, which carry no credentials, before
 * another filter refuses them. A preflight from an origin that is not allowed is answered too, without the headers that allow anything.
 */
final class CorsFilter {
    private CorsFilter() {}

    /** What a route's own filter asks for. It counts instead of a policy's. */
    static CorsPolicy onRoute(RouteFilter.Cors cors) {
        return policy(
                        cors.allowOrigins(),
                        cors.allowMethods(),
                        cors.allowHeaders(),
                        cors.exposeHeaders(),
                        cors.allowCredentials())
                .setMaxAge(Long.toString(cors.maxAge().toSeconds()))
                .build();
    }

    /** What a SecurityPolicy asks for. */
    static CorsPolicy onRoute(Cors cors) {
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
            List<String> origins, List<String> methods, List<String> headers, List<String> exposed, boolean credentials) {
        CorsPolicy.Builder policy = CorsPolicy.newBuilder()
                .setAllowMethods(joined(methods))
                .setAllowHeaders(joined(headers))
                .setExposeHeaders(String.join(", ", exposed))
                .setAllowCredentials(BoolValue.of(credentials))
                .setForwardNotMatchingPreflights(BoolValue.of(false));
        origins.forEach(origin -> policy.addAllowOriginStringMatch(origin(origin)));
        return policy;
    }

    /** Envoy takes "*" for everything where it stands alone. */
    private static String joined(List<String> values) {
        return values.contains("*") ? "*" : String.join(", ", values);
    }

    /** "*" in {@code origin} is any text without a slash; alone it is anything. */
    static StringMatcher origin(String origin) {
        StringMatcher.Builder matcher = StringMatcher.newBuilder();
        if (origin.equals("*")) {
            matcher.setSafeRegex(RouteResources.regex(".*"));
        } else if (origin.contains("*")) {
            matcher.setSafeRegex(RouteResources.regex(Pattern.quote(origin).replace("*", "\\E[^/]+\\Q")));
        } else {
            matcher.setExact(origin);
        }
        return matcher.build();
    }
}
