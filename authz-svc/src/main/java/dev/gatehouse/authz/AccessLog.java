package dev.gatehouse.authz;

import dev.gatehouse.authz.audit.AuditTrail;
import dev.gatehouse.authz.grpc.DecisionRecord;
import dev.gatehouse.authz.oidc.SignOnLog;
import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.authz.request.HttpRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts decisions ({@code gatehouse_authz_checks_total{kind,outcome}}) and what happens to sessions
 * ({@code gatehouse_authz_sign_on_total{policy,event,outcome}}), and hands both to the audit log.
 */
final class AccessLog implements DecisionRecord, SignOnLog {
    private final MeterRegistry meters;
    private final AuditTrail audit;

    /** The registry's own look-up, which makes a key of the name and sorted labels, costs more than all else that is counted for a request. */
    private final Map<Check, Counter> checks = new ConcurrentHashMap<>();

    private record Check(String kind, String outcome) {}

    AccessLog(MeterRegistry meters, AuditTrail audit) {
        this.meters = meters;
        this.audit = audit;
    }

    @Override
    public void decided(HttpRequest request, Decision decision) {
        switch (decision) {
            case Decision.Allowed _ -> count("all", "allowed");
            case Decision.Denied denied ->
                count(denied.kind().orElse("none"), denied.reason().label());
            case Decision.Answered answered -> count(answered.kind(), answered.outcome());
        }
        audit.decided(request, decision);
    }

    private void count(String kind, String outcome) {
        checks.computeIfAbsent(
                        new Check(kind, outcome),
                        _ -> meters.counter("gatehouse.authz.checks", "kind", kind, "outcome", outcome))
                .increment();
    }

    @Override
    public void happened(HttpRequest request, Event event) {
        meters.counter(
                        "gatehouse.authz.sign.on",
                        "policy",
                        event.policy(),
                        "event",
                        event.kind().name().toLowerCase(Locale.ROOT),
                        "outcome",
                        event.outcome())
                .increment();
        audit.happened(request, event);
    }
}
