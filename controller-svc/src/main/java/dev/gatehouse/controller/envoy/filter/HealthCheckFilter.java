package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.BoolValue;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.Optional;

/** Answers requests for the path of a ClientTrafficPolicy's health check with 200, and with 503 while the proxy is drained. */
final class HealthCheckFilter {
    private static final String NAME = "envoy.filters.http.health_check";

    private HealthCheckFilter() {}

    static Optional<HttpFilter> of(ClientSettings client) {
        return client.healthCheckPath()
                .map(path -> ChainContext.always(
                        NAME,
                        HealthCheck.newBuilder()
                                .setPassThroughMode(BoolValue.of(false))
                                .addHeaders(HeaderMatcher.newBuilder()
                                        .setName(":path")
                                        .setStringMatch(
                                                StringMatcher.newBuilder().setExact(path)))
                                .build()));
    }
}
