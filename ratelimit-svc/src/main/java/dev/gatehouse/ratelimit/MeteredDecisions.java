package dev.gatehouse.ratelimit;

import dev.gatehouse.ratelimit.decision.Code;
import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.decision.Status;
import dev.gatehouse.ratelimit.grpc.DecisionMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts decisions of requests ({@code gatehouse_ratelimit_decisions_total{domain,code}}) and of each limit that a request met
 * ({@code gatehouse_ratelimit_rule_hits_total{domain,rule,limit,result}}), and what could not be decided
 * ({@code gatehouse_ratelimit_errors_total{reason}}).
 *
 * <p>The label {@code rule} is the first key of the descriptor, which the configuration names; values of descriptors come from requests and are
 * in no label. Limits past the first {@value #MAX_RULES} count as "other", domains without rules as "unknown".
 */
final class MeteredDecisions implements DecisionMetrics {
    static final int MAX_RULES = 1000;
    private static final String UNKNOWN = "unknown";
    private static final String OTHER = "other";
    private static final List<String> FAILURES = List.of("no-config", "bad-request", "store", "internal");

    /** Where less than this share of a limit is left, it is near. */
    private static final double NEAR = 0.2;

    private final MeterRegistry meters;
    private final Map<Outcome, Counter> decisions = new ConcurrentHashMap<>();
    private final Map<RuleKey, Map<Result, Counter>> rules = new ConcurrentHashMap<>();
    private final AtomicInteger known = new AtomicInteger();

    private record Outcome(String domain, Code code) {}

    private record RuleKey(String domain, String rule, String limit) {}

    private enum Result {
        OK,
        /** Let through with less than a fifth of the limit left. */
        NEAR,
        OVER,
        /** Over the limit of a rule in shadow mode, and let through. */
        SHADOWED
    }

    MeteredDecisions(MeterRegistry meters) {
        this.meters = meters;
        FAILURES.forEach(this::errors);
    }

    @Override
    public void decided(Request request, Decision decision) {
        String domain = decision.knownDomain() ? request.domain() : UNKNOWN;
        decisions
                .computeIfAbsent(new Outcome(domain, decision.overall()), this::decisions)
                .increment();
        for (int i = 0; i < decision.statuses().size(); i++) {
            if (decision.statuses().get(i) instanceof Status.Counted counted) {
                String rule = request.descriptors().get(i).rule().orElse(OTHER);
                hits(new RuleKey(domain, rule, counted.limit().text()), result(counted));
            }
        }
    }

    private Counter decisions(Outcome labels) {
        return Counter.builder("gatehouse.ratelimit.decisions")
                .description("Requests that were decided")
                .tag("domain", labels.domain())
                .tag("code", labels.code().name().toLowerCase(Locale.ROOT))
                .register(meters);
    }

    private void hits(RuleKey key, Result result) {
        Map<Result, Counter> counters = rules.get(key);
        if (counters == null) {
            RuleKey counted = known.incrementAndGet() > MAX_RULES ? new RuleKey(OTHER, OTHER, OTHER) : key;
            counters = rules.computeIfAbsent(counted, _ -> new ConcurrentHashMap<>());
            key = counted;
        }
        RuleKey labels = key;
        counters.computeIfAbsent(
                        result,
                        each -> Counter.builder("gatehouse.ratelimit.rule.hits")
                                .description("Requests that a limit counted, by what the limit said")
                                .tag("domain", labels.domain())
                                .tag("rule", labels.rule())
                                .tag("limit", labels.limit())
                                .tag("result", each.name().toLowerCase(Locale.ROOT))
                                .register(meters))
                .increment();
    }

    private static Result result(Status.Counted counted) {
        if (counted.shadowed()) {
            return Result.SHADOWED;
        }
        if (counted.code() == Code.OVER_LIMIT) {
            return Result.OVER;
        }
        return counted.remaining() < NEAR * counted.limit().requests() ? Result.NEAR : Result.OK;
    }

    @Override
    public void failed(String reason) {
        errors(reason).increment();
    }

    private Counter errors(String reason) {
        return Counter.builder("gatehouse.ratelimit.errors")
                .description("Requests that could not be decided")
                .tag("reason", reason)
                .register(meters);
    }
}
