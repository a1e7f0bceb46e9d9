package dev.gatehouse.authz;

import dev.gatehouse.authz.grpc.DecisionRecord;
import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.authz.request.HttpRequest;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Counts decisions ({@code gatehouse_authz_checks_total{kind,outcome}}) and logs denials at INFO, their parts as fields: policy, kind,
 * reason, identity, method, host. No path, as there may be a key in its query; no header.
 */
final class AccessLog implements DecisionRecord {
    private static final Logger LOG = Logger.getLogger("dev.gatehouse.authz.denials");

    private final MeterRegistry meters;

    AccessLog(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void decided(HttpRequest request, Decision decision) {
        switch (decision) {
            case Decision.Allowed allowed -> count("all", "allowed");
            case Decision.Denied denied -> {
                count(denied.kind().orElse("none"), denied.reason().label());
                log(request, denied);
            }
        }
    }

    private void count(String kind, String outcome) {
        meters.counter("gatehouse.authz.checks", "kind", kind, "outcome", outcome)
                .increment();
    }

    private static void log(HttpRequest request, Decision.Denied denied) {
        Map<String, String> fields = Map.of(
                "policy", denied.policy().orElse(""),
                "kind", denied.kind().orElse(""),
                "reason", denied.reason().label(),
                "identity", denied.identity().orElse(""),
                "method", request.method(),
                "host", request.host());
        fields.forEach(MDC::put);
        try {
            LOG.infof(
                    "Denied %s %s: %s (policy %s).",
                    request.method(),
                    request.host(),
                    denied.reason().label(),
                    denied.policy().orElse("none"));
        } finally {
            fields.keySet().forEach(MDC::remove);
        }
    }
}
