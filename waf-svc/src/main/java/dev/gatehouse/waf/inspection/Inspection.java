package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.Interruption;
import dev.gatehouse.seclang.MatchedRule;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Numbers;
import dev.gatehouse.waf.policy.Policy;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * One request, from its headers to the end of its response. Used by one thread at a time. Matched rules go to the logger {@code waf},
 * a line each in ModSecurity's shape, when it ends.
 */
public final class Inspection {
    private static final Logger WAF = System.getLogger("waf");
    private static final int UNAVAILABLE = 503;

    private final Policy policy;
    private final Surroundings surroundings;
    private final InspectionMetrics metrics;
    private Optional<Transaction> transaction = Optional.empty();
    private boolean responseAsked;
    private long engineNanos;
    private boolean ended;

    /** @param surroundings of all inspections, so that persistent collections outlive them */
    public Inspection(Policy policy, Surroundings surroundings, InspectionMetrics metrics) {
        this.policy = policy;
        this.surroundings = surroundings;
        this.metrics = metrics;
    }

    /**
     * The request's headers. Without a body phase 2 runs too.
     *
     * @param uniqueId of the request, in logs
     */
    public Decision requestHead(RequestHead head, String uniqueId) {
        return switch (policy) {
            case Policy.Unusable unusable ->
                new Decision.Respond(UNAVAILABLE, "waf_unavailable{" + unusable.reason() + "}", Optional.empty());
            case Policy.Ready ready -> {
                Transaction begun = ready.rules().begin(uniqueId, surroundings);
                transaction = Optional.of(begun);
                yield timed(() -> inspect(begun, head));
            }
        };
    }

    private Decision inspect(Transaction begun, RequestHead head) {
        int colon = head.client().lastIndexOf(':');
        String address = colon < 0 ? head.client() : head.client().substring(0, colon);
        begun.connection(address.replace("[", "").replace("]", ""), port(head.client(), colon), "", 0);
        begun.request(head.method(), head.uri(), head.protocol());
        head.headers().forEach(header -> begun.requestHeader(header.name(), header.value()));
        Optional<Interruption> interruption = begun.requestHeaders();
        boolean body = interruption.isEmpty() && head.hasBody() && begun.inspectsRequestBody();
        if (interruption.isEmpty() && !body) {
            interruption = begun.requestBody();
        }
        responseAsked = interruption.isEmpty() && begun.inspectsResponse();
        return decide(interruption, body);
    }

    private static int port(String client, int colon) {
        return colon < 0 ? 0 : (int) Math.min(Numbers.parse(Bytes.latin1(client.substring(colon + 1))), 65_535);
    }

    /** A part of the request's body. */
    public Decision requestBody(Bytes part, boolean last) {
        return in(begun -> {
            Optional<Interruption> interruption = begun.requestBody(part);
            return decide(last && interruption.isEmpty() ? begun.requestBody() : interruption, false);
        });
    }

    /** @param hasBody whether one follows */
    public Decision responseHead(int status, List<Header> headers, boolean hasBody) {
        return in(begun -> {
            headers.forEach(header -> begun.responseHeader(header.name(), header.value()));
            Optional<Interruption> interruption = begun.responseHeaders(status, "HTTP/1.1");
            boolean body = interruption.isEmpty() && hasBody && begun.inspectsResponseBody();
            if (interruption.isEmpty() && !body) {
                interruption = begun.responseBody();
            }
            return decide(interruption, body);
        });
    }

    /** A part of the response's body. */
    public Decision responseBody(Bytes part, boolean last) {
        return in(begun -> {
            Optional<Interruption> interruption = begun.responseBody(part);
            return decide(last && interruption.isEmpty() ? begun.responseBody() : interruption, false);
        });
    }

    private interface Step {
        Decision on(Transaction transaction);
    }

    private Decision in(Step step) {
        return transaction
                .map(begun -> timed(() -> step.on(begun)))
                .orElseGet(() -> new Decision.Respond(UNAVAILABLE, "waf_unavailable{no_request}", Optional.empty()));
    }

    private Decision timed(Supplier<Decision> step) {
        long start = System.nanoTime();
        try {
            return step.get();
        } finally {
            engineNanos += System.nanoTime() - start;
        }
    }

    private Decision decide(Optional<Interruption> interruption, boolean body) {
        return interruption
                .<Decision>map(now ->
                        new Decision.Respond(now.status(), "waf_blocked{rule_id=" + now.ruleId() + "}", now.location()))
                .orElseGet(() -> new Decision.Continue(body, responseAsked));
    }

    /** What is known by now, for access logs. */
    public Findings findings() {
        return transaction
                .map(begun -> new Findings(
                        begun.matched().stream().map(MatchedRule::id).distinct().toList(),
                        score(begun),
                        begun.interruption().isPresent()))
                .orElseGet(() -> new Findings(List.of(), OptionalLong.empty(), false));
    }

    /** The greatest of the variables {@code TX:…anomaly_score}, as CRS names them. */
    private static OptionalLong score(Transaction begun) {
        return begun.tx().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("anomaly_score"))
                .mapToLong(entry -> Numbers.parse(entry.getValue()))
                .max();
    }

    /** Ends it: logging and metrics, once. */
    public void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (transaction.isEmpty()) {
            metrics.finished(InspectionMetrics.Outcome.UNAVAILABLE, Duration.ZERO);
            return;
        }
        Transaction begun = transaction.get();
        begun.logging();
        for (MatchedRule rule : begun.matched()) {
            if (rule.logged()) {
                WAF.log(Level.INFO, () -> begun.errorLine(rule));
            }
        }
        begun.interruption().ifPresent(now -> metrics.blocked(now.ruleId(), now.phase()));
        metrics.finished(outcome(begun), Duration.ofNanos(engineNanos));
    }

    private static InspectionMetrics.Outcome outcome(Transaction begun) {
        if (begun.interruption().isPresent()) {
            return InspectionMetrics.Outcome.BLOCKED;
        }
        return begun.matched().stream().anyMatch(MatchedRule::logged)
                ? InspectionMetrics.Outcome.DETECTED
                : InspectionMetrics.Outcome.PASSED;
    }
}
