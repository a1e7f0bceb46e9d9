package dev.gatehouse.ratelimit.grpc;

import dev.gatehouse.ratelimit.decision.Code;
import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.decision.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes the attributes of a call's span: the domain, the checked limits, the decision, and the exceeded limits. A
 * limit is written as {@code rule limit}, such as {@code shop/items/rule/0 10/minute}; the rule is a descriptor's first
 * key, which the configuration names. Values of descriptors come from requests and are never written to spans.
 */
final class LimitSpan {
    static final String NAME = "limit";

    private static final AttributeKey<String> DOMAIN = AttributeKey.stringKey("gatehouse.ratelimit.domain");
    private static final AttributeKey<List<String>> LIMITS = AttributeKey.stringArrayKey("gatehouse.ratelimit.limits");
    private static final AttributeKey<String> DECISION = AttributeKey.stringKey("gatehouse.ratelimit.decision");
    private static final AttributeKey<List<String>> EXCEEDED =
            AttributeKey.stringArrayKey("gatehouse.ratelimit.exceeded");
    private static final AttributeKey<List<String>> SHADOWED =
            AttributeKey.stringArrayKey("gatehouse.ratelimit.shadowed");

    private LimitSpan() {}

    static void end(Span span, Request request, Decision decision) {
        List<String> limits = new ArrayList<>();
        List<String> exceeded = new ArrayList<>();
        List<String> shadowed = new ArrayList<>();
        for (int i = 0; i < decision.statuses().size(); i++) {
            if (decision.statuses().get(i) instanceof Status.Counted counted) {
                String limit = request.descriptors().get(i).rule().orElse("other") + " "
                        + counted.limit().text();
                limits.add(limit);
                if (counted.code() == Code.OVER_LIMIT) {
                    exceeded.add(limit);
                }
                if (counted.shadowed()) {
                    shadowed.add(limit);
                }
            }
        }
        span.setAttribute(DOMAIN, request.domain());
        span.setAttribute(LIMITS, limits);
        span.setAttribute(DECISION, decision.overall().name().toLowerCase(Locale.ROOT));
        if (!exceeded.isEmpty()) {
            span.setAttribute(EXCEEDED, exceeded);
        }
        if (!shadowed.isEmpty()) {
            span.setAttribute(SHADOWED, shadowed);
        }
        span.end();
    }
}
