package dev.gatehouse.ratelimit;

import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.Status;
import dev.gatehouse.ratelimit.grpc.DecisionMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/**
 * {@code gatehouse_ratelimit_decisions_total{domain,code}}, {@code gatehouse_ratelimit_shadowed_total{domain}} (over a limit in shadow
 * mode) and {@code gatehouse_ratelimit_errors_total{reason}}. Domains without rules count as "unknown": callers choose those.
 */
final class MeteredDecisions implements DecisionMetrics {
    private static final String UNKNOWN = "unknown";

    private final MeterRegistry meters;

    MeteredDecisions(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void decided(String domain, Decision decision) {
        String known = decision.knownDomain() ? domain : UNKNOWN;
        meters.counter(
                        "gatehouse.ratelimit.decisions",
                        "domain",
                        known,
                        "code",
                        decision.overall().name().toLowerCase(Locale.ROOT))
                .increment();
        if (decision.statuses().stream()
                .anyMatch(status -> status instanceof Status.Counted counted && counted.shadowed())) {
            meters.counter("gatehouse.ratelimit.shadowed", "domain", known).increment();
        }
    }

    @Override
    public void failed(String reason) {
        meters.counter("gatehouse.ratelimit.errors", "reason", reason).increment();
    }
}
