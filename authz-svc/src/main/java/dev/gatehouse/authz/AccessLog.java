package dev.gatehouse.authz;

import dev.gatehouse.authz.grpc.DecisionRecord;
import dev.gatehouse.authz.oidc.SignOnLog;
import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.authz.request.HttpRequest;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Counts decisions ({@code gatehouse_authz_checks_total{kind,outcome}}) and what happens to sessions
 * ({@code gatehouse_authz_sign_on_total{policy,event,outcome}}), and logs denials and these events at INFO, their parts as fields: policy, kind, reason, identity,
 * method, host, request. No path, as there may be a key or a code in its query; no header but the request's id.
 */
final class AccessLog implements DecisionRecord, SignOnLog {
    private static final Logger LOG = Logger.getLogger("dev.gatehouse.authz.denials");
    private static final Logger AUDIT = Logger.getLogger("dev.gatehouse.authz.sign-on");
    private static final int FIRST_ERROR = 400;

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
                denied(
                        request,
                        denied.policy(),
                        denied.kind().orElse(""),
                        denied.reason().label(),
                        denied.identity());
            }
            case Decision.Answered answered -> {
                count(answered.kind(), answered.outcome());
                if (answered.answer().status() >= FIRST_ERROR) {
                    denied(request, answered.policy(), answered.kind(), answered.outcome(), answered.identity());
                }
            }
        }
    }

    @Override
    public void happened(HttpRequest request, Event event) {
        String kind = event.kind().name().toLowerCase(Locale.ROOT);
        meters.counter("gatehouse.authz.sign.on", "policy", event.policy(), "event", kind, "outcome", event.outcome())
                .increment();
        Map<String, String> fields =
                fields(request, Optional.of(event.policy()), kind, event.outcome(), event.subject());
        fields.put("provider", event.provider());
        with(
                fields,
                () -> AUDIT.infof(
                        "%s at %s: %s%s (policy %s).",
                        kind,
                        request.host(),
                        event.outcome(),
                        event.detail().isEmpty() ? "" : ", " + event.detail(),
                        event.policy()));
    }

    private void count(String kind, String outcome) {
        meters.counter("gatehouse.authz.checks", "kind", kind, "outcome", outcome)
                .increment();
    }

    private static void denied(
            HttpRequest request, Optional<String> policy, String kind, String reason, Optional<String> identity) {
        with(
                fields(request, policy, kind, reason, identity),
                () -> LOG.infof(
                        "Denied %s %s: %s (policy %s).",
                        request.method(), request.host(), reason, policy.orElse("none")));
    }

    private static Map<String, String> fields(
            HttpRequest request, Optional<String> policy, String kind, String reason, Optional<String> identity) {
        Map<String, String> fields = new HashMap<>();
        fields.put("policy", policy.orElse(""));
        fields.put("kind", kind);
        fields.put("reason", reason);
        fields.put("identity", identity.orElse(""));
        fields.put("method", request.method());
        fields.put("host", request.host());
        fields.put("request", request.header("x-request-id").orElse(""));
        return fields;
    }

    private static void with(Map<String, String> fields, Runnable line) {
        fields.forEach(MDC::put);
        try {
            line.run();
        } finally {
            fields.keySet().forEach(MDC::remove);
        }
    }
}
