package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;

/** Translates gRPC-Web, which browsers speak, to gRPC, if a ClientTrafficPolicy enables it. */
final class GrpcWebFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.grpc_web";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return chain.client().grpcWeb().orElse(false)
                ? List.of(ChainContext.always(NAME, GrpcWeb.getDefaultInstance()))
                : List.of();
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return Map.of();
    }
}
