package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;

/** Faults for some requests: they wait, or are answered with an error. */
public record FaultInjection(Optional<Delay> delay, Optional<Abort> abort) {
    /** @param percentage the percentage of delayed requests */
    public record Delay(Duration delay, double percentage) {
        private static Delay read(Fields f) {
            Optional<Duration> delay = f.duration("fixedDelay");
            if (delay.filter(each -> !each.isZero()).isEmpty()) {
                f.wrong("fixedDelay", "is missing or 0 (expected: a duration)");
            }
            return new Delay(delay.orElse(Duration.ZERO), FaultInjection.percentage(f));
        }
    }

    /** An error response. Exactly one of the two statuses is present. */
    public record Abort(Optional<Integer> httpStatus, Optional<Integer> grpcStatus, double percentage) {
        private static Abort read(Fields f) {
            Abort abort = new Abort(
                    f.integer("httpStatus", 200, 599), f.integer("grpcStatus", 0, 16), FaultInjection.percentage(f));
            if (abort.httpStatus.isPresent() == abort.grpcStatus.isPresent()) {
                f.wrong("expected exactly one of httpStatus and grpcStatus");
            }
            return abort;
        }
    }

    private static double percentage(Fields f) {
        return f.decimal("percentage", 0, 100).orElse(100.0);
    }

    static FaultInjection read(Fields f) {
        FaultInjection fault = new FaultInjection(f.object("delay", Delay::read), f.object("abort", Abort::read));
        if (fault.delay.isEmpty() && fault.abort.isEmpty()) {
            f.wrong("does nothing (expected: delay, abort, or both)");
        }
        return fault;
    }
}
