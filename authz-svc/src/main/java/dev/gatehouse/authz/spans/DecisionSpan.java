package dev.gatehouse.authz.spans;

import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.tracing.Tracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import java.util.List;

/** What the span of a check says of its decision: policy, mechanism, decision and outcome, with the words of metrics and of the audit log. */
public final class DecisionSpan {
    /** The name of the span. */
    public static final String NAME = "authorize";

    private static final AttributeKey<String> POLICY = AttributeKey.stringKey("gatehouse.policy");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("gatehouse.route");
    private static final AttributeKey<List<String>> CHECKS = AttributeKey.stringArrayKey("gatehouse.authz.checks");
    private static final AttributeKey<String> DECISION = AttributeKey.stringKey("gatehouse.authz.decision");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("gatehouse.authz.outcome");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final int FIRST_FAILURE = 500;

    private DecisionSpan() {}

    /**
     * Ends the span with what was decided. A denial is no failure of the service; an answer of 500 and more is.
     *
     * @param route the rule's name; empty: not told
     */
    public static void end(Span span, String route, Decision decision) {
        decision.policy().ifPresent(policy -> span.setAttribute(POLICY, policy));
        if (!route.isEmpty()) {
            span.setAttribute(ROUTE, route);
        }
        switch (decision) {
            case Decision.Allowed allowed -> {
                span.setAttribute(DECISION, "allowed");
                span.setAttribute(CHECKS, List.copyOf(allowed.identities().keySet()));
            }
            case Decision.Denied denied -> {
                span.setAttribute(DECISION, "denied");
                span.setAttribute(CHECKS, denied.kind().stream().toList());
                answered(span, denied.reason().label(), denied.reason().status());
            }
            case Decision.Answered answered -> {
                span.setAttribute(DECISION, "answered");
                span.setAttribute(CHECKS, List.of(answered.kind()));
                answered(span, answered.outcome(), answered.answer().status());
            }
        }
        span.end();
    }

    private static void answered(Span span, String outcome, int status) {
        span.setAttribute(OUTCOME, outcome);
        span.setAttribute(STATUS, (long) status);
        if (status >= FIRST_FAILURE) {
            Tracing.fail(span, outcome);
        }
    }
}
