package dev.gatehouse.controller.envoy;

import com.google.protobuf.BoolValue;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.Optional;

/** Makes the HTTP filters that a client's policy asks for: they are for every request of the listener. */
final class ClientFilters {
    private ClientFilters() {}

    /** Answers requests for the health check's path itself; comes before all others, which would ask who the client is. */
    static Optional<HttpFilter> healthCheck(ClientSettings settings) {
        return settings.healthCheckPath()
                .map(path -> HttpFilter.newBuilder()
                        .setName(FilterNames.HEALTH_CHECK)
                        .setTypedConfig(Protos.any(HealthCheck.newBuilder()
                                .setPassThroughMode(BoolValue.of(false))
                                .addHeaders(HeaderMatcher.newBuilder()
                                        .setName(":path")
                                        .setStringMatch(StringMatcher.newBuilder().setExact(path)))
                                .build()))
                        .build());
    }

    /** Changes the headers of responses; early in the chain, since responses go through it from its end. */
    static Optional<HttpFilter> lateResponseHeaders(ClientSettings settings) {
        return settings.headers()
                .late()
                .map(edits -> HttpFilter.newBuilder()
                        .setName(FilterNames.HEADER_MUTATION)
                        .setTypedConfig(Protos.any(HeaderMutation.newBuilder()
                                .setMutations(
                                        Mutations.newBuilder().addAllResponseMutations(HeaderMutations.of(edits)))
                                .build()))
                        .build());
    }

    /** Translates gRPC-Web of browsers to gRPC. */
    static Optional<HttpFilter> grpcWeb(ClientSettings settings) {
        return settings.grpcWeb()
                .filter(enabled -> enabled)
                .map(_ -> HttpFilter.newBuilder()
                        .setName(FilterNames.GRPC_WEB)
                        .setTypedConfig(Protos.any(GrpcWeb.getDefaultInstance()))
                        .build());
    }
}
