package dev.gatehouse.waf.inspection;

import dev.gatehouse.tracing.Tracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The span of one inspection, from the request's headers to the end of the response, with a child span for each
 * inspected part. It contains ids of rules and never matched values. Used by one thread at a time.
 */
public final class InspectionSpan {
    /** Of a request that is not sampled. */
    public static final InspectionSpan NONE = new InspectionSpan(Tracing.OFF, Span.getInvalid());

    private static final String NAME = "inspect";
    private static final AttributeKey<String> POLICY = AttributeKey.stringKey("gatehouse.policy");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("gatehouse.route");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("gatehouse.waf.outcome");
    private static final AttributeKey<List<Long>> RULES = AttributeKey.longArrayKey("gatehouse.waf.rules");
    private static final AttributeKey<Long> SCORE = AttributeKey.longKey("gatehouse.waf.score");
    private static final AttributeKey<String> SKIPPED = AttributeKey.stringKey("gatehouse.waf.skipped");
    private static final AttributeKey<Long> ENGINE = AttributeKey.longKey("gatehouse.waf.engine_nanos");
    private static final AttributeKey<Long> REQUEST_BYTES = AttributeKey.longKey("gatehouse.waf.request_body_bytes");
    private static final AttributeKey<Long> RESPONSE_BYTES = AttributeKey.longKey("gatehouse.waf.response_body_bytes");
    private static final AttributeKey<String> ACTION = AttributeKey.stringKey("gatehouse.waf.action");
    private static final AttributeKey<String> DETAILS = AttributeKey.stringKey("gatehouse.waf.details");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");

    private final Tracing tracing;
    private final Span span;

    private InspectionSpan(Tracing tracing, Span span) {
        this.tracing = tracing;
        this.span = span;
    }

    /** Begins the span under the proxy's of this call. */
    public static InspectionSpan begin(Tracing tracing, SpanContext caller) {
        Span span = tracing.serve(NAME, caller);
        return span.isRecording() ? new InspectionSpan(tracing, span) : NONE;
    }

    /** The ids of the trace and of this span, for logs; invalid if there is no span. */
    SpanContext context() {
        return span.getSpanContext();
    }

    /** Runs the engine on one part of the exchange, within a child span. */
    Decision part(String name, Supplier<Decision> step) {
        if (!span.isRecording()) {
            return step.get();
        }
        Span part = tracing.part(name, span);
        try (Scope _ = Tracing.within(part)) {
            Decision decision = step.get();
            switch (decision) {
                case Decision.Continue _ -> part.setAttribute(ACTION, "continue");
                case Decision.Respond respond -> {
                    part.setAttribute(ACTION, respond.silent() ? "drop" : "respond");
                    part.setAttribute(DETAILS, respond.details());
                    part.setAttribute(STATUS, (long) respond.status());
                }
            }
            return decision;
        } catch (RuntimeException e) {
            Tracing.fail(part, e);
            throw e;
        } finally {
            part.end();
        }
    }

    /** The result of an inspection. */
    record Summary(
            Optional<String> policy,
            String route,
            InspectionMetrics.Outcome outcome,
            Optional<Findings> findings,
            long engineNanos,
            long requestBytes,
            long responseBytes) {}

    /** Whether there is a span. Without one, attributes need not be computed. */
    boolean isRecording() {
        return span.isRecording();
    }

    /** Makes the span, if there is one, the thread's current one until the scope is closed. */
    @SuppressWarnings("MustBeClosedChecker")
    Scope enter() {
        return Tracing.within(span);
    }

    void end(Summary said) {
        said.policy().ifPresent(policy -> span.setAttribute(POLICY, policy));
        if (!said.route().isEmpty()) {
            span.setAttribute(ROUTE, said.route());
        }
        span.setAttribute(OUTCOME, said.outcome().name().toLowerCase(Locale.ROOT));
        said.findings().ifPresent(findings -> {
            span.setAttribute(RULES, findings.rules());
            findings.score().ifPresent(score -> span.setAttribute(SCORE, score));
            findings.skipped().ifPresent(reason -> span.setAttribute(SKIPPED, reason));
        });
        span.setAttribute(ENGINE, said.engineNanos());
        span.setAttribute(REQUEST_BYTES, said.requestBytes());
        span.setAttribute(RESPONSE_BYTES, said.responseBytes());
        if (said.outcome() == InspectionMetrics.Outcome.UNAVAILABLE) {
            Tracing.fail(span, "unavailable");
        }
        span.end();
    }
}
