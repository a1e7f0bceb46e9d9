package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;

/** Counts the calls of each gRPC method, if an EnvoyProxy enables it. */
final class GrpcStatsFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.grpc_stats";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return chain.telemetry().metrics().grpc()
                ? List.of(ChainContext.always(
                        NAME,
                        FilterConfig.newBuilder()
                                .setEmitFilterState(true)
                                .setStatsForAllMethods(BoolValue.of(true))
                                .build()))
                : List.of();
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return Map.of();
    }
}
