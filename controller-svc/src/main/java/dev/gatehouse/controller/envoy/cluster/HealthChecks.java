package dev.gatehouse.controller.envoy.cluster;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.traffic.HealthCheck.Active;
import dev.gatehouse.gatewayapi.traffic.HealthCheck.Checker;
import dev.gatehouse.gatewayapi.traffic.HealthCheck.Log;
import dev.gatehouse.gatewayapi.traffic.HealthCheck.Method;
import dev.gatehouse.gatewayapi.traffic.HealthCheck.Passive;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink;
import io.envoyproxy.envoy.type.v3.Int64Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the checks of a cluster's endpoints. */
final class HealthChecks {
    private static final List<Integer> OK = List.of(200);
    private static final int ALWAYS = 100;

    private HealthChecks() {}

    /**
     * Endpoints without requests are checked as often. Envoy takes endpoints for such until it has counted a connection to
     * the cluster, and counts none where the metrics that are kept do not include {@code upstream_cx_total}.
     *
     * @param usual the log of outcomes, unless the check has its own
     */
    static HealthCheck active(Active check, Optional<Log> usual) {
        HealthCheck.Builder made = HealthCheck.newBuilder()
                .setTimeout(Protos.duration(check.timeout()))
                .setInterval(Protos.duration(check.interval()))
                .setNoTrafficInterval(Protos.duration(check.interval()))
                .setUnhealthyThreshold(UInt32Value.of(check.unhealthyThreshold()))
                .setHealthyThreshold(UInt32Value.of(check.healthyThreshold()));
        check.initialJitter().map(Protos::duration).ifPresent(made::setInitialJitter);
        switch (check.checker()) {
            case Checker.Http http -> made.setHttpHealthCheck(http(http));
            case Checker.Tcp tcp -> {
                HealthCheck.TcpHealthCheck.Builder plain = HealthCheck.TcpHealthCheck.newBuilder();
                tcp.send().map(HealthChecks::payload).ifPresent(plain::setSend);
                tcp.receive().map(HealthChecks::payload).ifPresent(plain::addReceive);
                made.setTcpHealthCheck(plain);
            }
            case Checker.Grpc grpc ->
                made.setGrpcHealthCheck(HealthCheck.GrpcHealthCheck.newBuilder()
                        .setServiceName(grpc.service().orElse("")));
        }
        check.log().or(() -> usual).ifPresent(log -> {
            made.setAlwaysLogHealthCheckFailures(log.everyFailure()).setAlwaysLogHealthCheckSuccess(log.everySuccess());
            log.files()
                    .forEach(file -> made.addEventLogger(Protos.extension(
                            "envoy.health_check.event_sinks.file",
                            HealthCheckEventFileSink.newBuilder()
                                    .setEventLogPath(file)
                                    .build())));
        });
        return made.build();
    }

    private static HealthCheck.HttpHealthCheck http(Checker.Http http) {
        HealthCheck.HttpHealthCheck.Builder made = HealthCheck.HttpHealthCheck.newBuilder()
                .setHost(http.hostname().or(http::usualHostname).orElse(""))
                .setPath(http.path())
                .addAllExpectedStatuses(ranges(http.expected().isEmpty() ? OK : http.expected()))
                .addAllRetriableStatuses(ranges(http.retriable()));
        http.method().map(HealthChecks::method).ifPresent(made::setMethod);
        http.response().map(HealthChecks::payload).ifPresent(made::addReceive);
        http.requestBody().map(HealthChecks::payload).ifPresent(made::setSend);
        return made.build();
    }

    private static RequestMethod method(Method method) {
        return switch (method) {
            case GET -> RequestMethod.GET;
            case HEAD -> RequestMethod.HEAD;
            case POST -> RequestMethod.POST;
            case PUT -> RequestMethod.PUT;
            case DELETE -> RequestMethod.DELETE;
            case OPTIONS -> RequestMethod.OPTIONS;
            case TRACE -> RequestMethod.TRACE;
            case PATCH -> RequestMethod.PATCH;
        };
    }

    /** Turns ascending statuses into ranges with exclusive ends. */
    private static List<Int64Range> ranges(List<Integer> statuses) {
        List<Int64Range> ranges = new ArrayList<>();
        for (int status : statuses) {
            Int64Range range =
                    Int64Range.newBuilder().setStart(status).setEnd(status + 1).build();
            if (!ranges.isEmpty() && ranges.getLast().getEnd() == status) {
                range = range.toBuilder()
                        .setStart(ranges.removeLast().getStart())
                        .build();
            }
            ranges.add(range);
        }
        return ranges;
    }

    private static HealthCheck.Payload payload(String hexadecimal) {
        return HealthCheck.Payload.newBuilder().setText(hexadecimal).build();
    }

    static OutlierDetection passive(Passive check) {
        OutlierDetection.Builder made = OutlierDetection.newBuilder()
                .setInterval(Protos.duration(check.interval()))
                .setBaseEjectionTime(Protos.duration(check.baseEjectionTime()))
                .setSplitExternalLocalOriginErrors(check.splitExternalLocalOriginErrors())
                .setConsecutiveLocalOriginFailure(UInt32Value.of(check.consecutiveLocalOriginFailures()))
                .setConsecutive5Xx(UInt32Value.of(check.consecutive5xxErrors()))
                .setMaxEjectionPercent(UInt32Value.of(check.maxEjectionPercent()));
        check.consecutiveGatewayErrors()
                .ifPresent(errors -> made.setConsecutiveGatewayFailure(UInt32Value.of(errors))
                        .setEnforcingConsecutiveGatewayFailure(UInt32Value.of(ALWAYS)));
        check.failurePercentageThreshold()
                .ifPresent(percent -> made.setFailurePercentageThreshold(UInt32Value.of(percent))
                        .setEnforcingFailurePercentage(UInt32Value.of(ALWAYS)));
        if (check.alwaysEjectOneEndpoint()) {
            made.setAlwaysEjectOneHost(BoolValue.of(true));
        }
        return made.build();
    }
}
