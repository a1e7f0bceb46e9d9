package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.traffic.FaultInjection;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.util.List;
import java.util.Map;

/** Delays requests, or answers them with an error, for tests of clients (Envoy's fault injection). */
final class FaultFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.fault";

    /** Envoy's fraction has a resolution of a ten-thousandth of a percent. */
    private static final double MILLIONTHS_PER_PERCENT = 10_000;

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(NAME, HTTPFault.getDefaultInstance()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .settings()
                .fault()
                .<Map<String, Message>>map(fault -> Map.of(NAME, fault(fault)))
                .orElse(Map.of());
    }

    private static HTTPFault fault(FaultInjection settings) {
        HTTPFault.Builder fault = HTTPFault.newBuilder();
        settings.delay()
                .ifPresent(delay -> fault.setDelay(FaultDelay.newBuilder()
                        .setFixedDelay(Protos.duration(delay.delay()))
                        .setPercentage(percent(delay.percentage()))));
        settings.abort().ifPresent(abort -> {
            FaultAbort.Builder made = FaultAbort.newBuilder().setPercentage(percent(abort.percentage()));
            abort.httpStatus().ifPresent(made::setHttpStatus);
            abort.grpcStatus().ifPresent(made::setGrpcStatus);
            fault.setAbort(made);
        });
        return fault.build();
    }

    private static FractionalPercent percent(double percentage) {
        return FractionalPercent.newBuilder()
                .setNumerator((int) Math.round(percentage * MILLIONTHS_PER_PERCENT))
                .setDenominator(FractionalPercent.DenominatorType.MILLION)
                .build();
    }
}
