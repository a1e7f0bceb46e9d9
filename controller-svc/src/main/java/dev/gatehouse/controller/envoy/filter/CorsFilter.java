package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.RouteFilter;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Answers preflights, and tells browsers what pages of other origins may do (GEP-1767). */
final class CorsFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.cors";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(ChainContext.always(NAME, Cors.getDefaultInstance()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.cors()
                .<Map<String, Message>>map(cors -> Map.of(NAME, cors(cors)))
                .orElse(Map.of());
    }

    private static CorsPolicy cors(RouteFilter.Cors cors) {
        CorsPolicy.Builder policy = CorsPolicy.newBuilder()
                .setAllowMethods(String.join(", ", cors.allowMethods()))
                .setAllowHeaders(String.join(", ", cors.allowHeaders()))
                .setExposeHeaders(String.join(", ", cors.exposeHeaders()))
                .setMaxAge(Long.toString(cors.maxAge().toSeconds()))
                .setAllowCredentials(BoolValue.of(cors.allowCredentials()))
                .setForwardNotMatchingPreflights(BoolValue.of(false));
        for (String origin : cors.allowOrigins()) {
            StringMatcher.Builder matcher = StringMatcher.newBuilder();
            if (origin.equals("*")) {
                matcher.setSafeRegex(Protos.regex(".*"));
            } else if (origin.contains("*")) {
                matcher.setSafeRegex(Protos.regex(Pattern.quote(origin).replace("*", "\\E[^/]+\\Q")));
            } else {
                matcher.setExact(origin);
            }
            policy.addAllowOriginStringMatch(matcher);
        }
        return policy.build();
    }
}
