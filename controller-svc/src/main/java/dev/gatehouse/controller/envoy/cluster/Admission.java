package dev.gatehouse.controller.envoy.cluster;

import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.traffic.AdmissionControl;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.config.core.v3.RuntimePercent;
import io.envoyproxy.envoy.config.core.v3.RuntimeUInt32;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.Int32Range;
import io.envoyproxy.envoy.type.v3.Percent;

/**
 * Refuses requests to a backend that fails many (Envoy's admission control). It is a filter of the cluster, so that it
 * counts the backend's successes over all routes.
 */
final class Admission {
    private Admission() {}

    static HttpFilter filter(AdmissionControl settings) {
        return HttpFilter.newBuilder()
                .setName("envoy.filters.http.admission_control")
                .setTypedConfig(Protos.any(control(settings)))
                .build();
    }

    private static io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl control(
            AdmissionControl settings) {
        var success = io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl.SuccessCriteria
                .newBuilder();
        settings.httpSuccess()
                .forEach(status -> success.getHttpCriteriaBuilder()
                        .addHttpSuccessStatus(
                                Int32Range.newBuilder().setStart(status).setEnd(status + 1)));
        settings.grpcSuccess().forEach(code -> success.getGrpcCriteriaBuilder().addGrpcSuccessStatus(code));
        var control = io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl.newBuilder()
                .setSuccessCriteria(success);
        settings.samplingWindow().map(Protos::duration).ifPresent(control::setSamplingWindow);
        settings.minSuccessRate().ifPresent(rate -> control.setSrThreshold(percent(rate)));
        settings.rejectionAggression()
                .ifPresent(aggression ->
                        control.setAggression(RuntimeDouble.newBuilder().setDefaultValue(aggression)));
        settings.minRequestRate()
                .ifPresent(rate ->
                        control.setRpsThreshold(RuntimeUInt32.newBuilder().setDefaultValue(rate)));
        settings.maxRejectionPercent().ifPresent(most -> control.setMaxRejectionProbability(percent(most)));
        return control.build();
    }

    private static RuntimePercent percent(int value) {
        return RuntimePercent.newBuilder()
                .setDefaultValue(Percent.newBuilder().setValue(value))
                .build();
    }
}
