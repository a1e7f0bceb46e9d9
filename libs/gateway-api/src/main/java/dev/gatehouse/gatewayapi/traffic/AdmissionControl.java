package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Requests are refused, each by chance, while a backend fails many; absent values are Envoy's presets.
 *
 * @param httpSuccess the statuses that count as success; empty: Envoy's default, below 500
 * @param grpcSuccess the gRPC codes that count as success; empty: Envoy's default
 */
public record AdmissionControl(
        Optional<Duration> samplingWindow,
        OptionalInt minSuccessRate,
        OptionalInt rejectionAggression,
        OptionalInt minRequestRate,
        OptionalInt maxRejectionPercent,
        List<Integer> httpSuccess,
        List<Integer> grpcSuccess) {
    public AdmissionControl {
        httpSuccess = List.copyOf(httpSuccess);
        grpcSuccess = List.copyOf(grpcSuccess);
    }

    /** gRPC's codes, in their order. */
    private enum GrpcCode {
        Ok,
        Cancelled,
        Unknown,
        InvalidArgument,
        DeadlineExceeded,
        NotFound,
        AlreadyExists,
        PermissionDenied,
        ResourceExhausted,
        FailedPrecondition,
        Aborted,
        OutOfRange,
        Unimplemented,
        Internal,
        Unavailable,
        DataLoss,
        Unauthenticated
    }

    private record Success(List<Integer> http, List<Integer> grpc) {
        static Success read(Fields f) {
            return new Success(
                    f.object("http", x -> x.integers("statusCodes", 100, 599)).orElse(List.of()),
                    f.object("grpc", x -> x.choices("statusCodes", GrpcCode.class)).orElse(List.of()).stream()
                            .map(Enum::ordinal)
                            .toList());
        }
    }

    static AdmissionControl read(Fields f) {
        Success success = f.object("successCriteria", Success::read).orElse(new Success(List.of(), List.of()));
        Optional<Duration> window = f.duration("samplingWindow");
        if (window.filter(each -> each.toSeconds() < 1).isPresent()) {
            f.wrong("samplingWindow", "is shorter than 1s (expected: at least 1s)");
        }
        return new AdmissionControl(
                window,
                BackendSettings.optional(f.integer("minSuccessRate", 1, 100)),
                BackendSettings.optional(f.integer("rejectionAggression", 1, Integer.MAX_VALUE)),
                BackendSettings.optional(f.integer("minRequestRate", 0, Integer.MAX_VALUE)),
                BackendSettings.optional(f.integer("maxRejectionPercent", 0, 100)),
                success.http(),
                success.grpc());
    }
}
