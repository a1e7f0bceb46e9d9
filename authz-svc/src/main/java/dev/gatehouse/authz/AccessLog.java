package dev.gatehouse.authz;

import dev.gatehouse.authz.audit.AuditTrail;
import dev.gatehouse.authz.grpc.DecisionRecord;
import dev.gatehouse.authz.oidc.SignOnLog;
import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.authz.request.HttpRequest;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/**
 * Counts decisions ({@code gatehouse_authz_checks_total{kind,outcome}}) and what happens to sessions
 * ({@code gatehouse_authz_sign_on_total{policy,event,outcome}}), and hands both to the audit log.
 */
final class AccessLog implements DecisionRecord, SignOnLog {
    private final MeterRegistry meters;
    private final AuditTrail audit;

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
        meters.counter("gatehouse.authz.checks", "kind", kind, "outcome", outcome)
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
