package dev.gatehouse.waf;

import dev.gatehouse.seclang.Phase;
import dev.gatehouse.waf.inspection.InspectionMetrics;
import dev.gatehouse.waf.load.Admission;
import dev.gatehouse.waf.load.BodyBudget;
import dev.gatehouse.waf.policy.Policies;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * {@code gatehouse_waf_transactions_seconds{outcome}} (time in the engine, all phases), {@code gatehouse_waf_score},
 * {@code gatehouse_waf_blocks_total{policy,rule,phase,route}}, {@code
 * gatehouse_waf_matches_total{policy,rule,outcome}}, {@code gatehouse_waf_body_bytes_total{direction}}, {@code
 * gatehouse_waf_shed_total{reason,answer}}, and the present state: {@code gatehouse_waf_policies}, {@code
 * gatehouse_waf_policies_broken}, {@code gatehouse_waf_waiting}, {@code gatehouse_waf_bodies_held_bytes}.
 *
 * <p>Blocks and matches have at most {@value #MAX_SERIES} combinations of labels each; further ones count as "other".
 */
final class MeteredInspections implements InspectionMetrics {
    private static final double[] SCORES = {1, 2, 3, 4, 5, 10, 15, 20, 30, 50, 100};

    private static final Duration[] TIMES = Stream.of(1, 2, 5, 10, 25, 50, 100, 250, 1000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private static final int MAX_SERIES = 2000;
    private static final String OTHER = "other";

    private final MeterRegistry meters;
    private final Map<Block, Counter> blocks = new ConcurrentHashMap<>();
    private final Map<Match, Counter> matches = new ConcurrentHashMap<>();
    private final Map<Outcome, Timer> transactions = new EnumMap<>(Outcome.class);
    private final DistributionSummary scores;
    private final Counter requestBytes;
    private final Counter responseBytes;

    private record Block(String policy, String rule, String phase, String route) {
        static final Block REST = new Block(OTHER, OTHER, OTHER, OTHER);
    }

    private record Match(String policy, String rule, boolean blocked) {
        static Match rest(boolean blocked) {
            return new Match(OTHER, OTHER, blocked);
        }
    }

    MeteredInspections(MeterRegistry meters, Policies policies, Admission admission, BodyBudget bodies) {
        this.meters = meters;
        for (Outcome outcome : Outcome.values()) {
            transactions.put(
                    outcome,
                    Timer.builder("gatehouse.waf.transactions")
                            .description("Time in the engine")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .serviceLevelObjectives(TIMES)
                            .register(meters));
        }
        scores = DistributionSummary.builder("gatehouse.waf.score")
                .description("Anomaly scores of transactions that have one above 0")
                .serviceLevelObjectives(SCORES)
                .register(meters);
        requestBytes = bytes("request");
        responseBytes = bytes("response");
        Gauge.builder("gatehouse.waf.policies", policies, Policies::size)
                .description("Policies that are known")
                .register(meters);
        Gauge.builder("gatehouse.waf.policies.broken", policies, Policies::broken)
                .description("Policies that block everything, because their directives never compiled")
                .register(meters);
        Gauge.builder("gatehouse.waf.waiting", admission, Admission::waiting)
                .description("Messages of Envoys that wait to be worked on")
                .register(meters);
        Gauge.builder("gatehouse.waf.bodies.held", bodies, BodyBudget::held)
                .description("Bytes of bodies that are held")
                .baseUnit("bytes")
                .register(meters);
    }

    private Counter bytes(String direction) {
        return Counter.builder("gatehouse.waf.body.bytes")
                .description("Bytes of bodies that were looked at")
                .tag("direction", direction)
                .register(meters);
    }

    @Override
    public void finished(Outcome outcome, Duration engine, OptionalLong score) {
        Optional.ofNullable(transactions.get(outcome)).orElseThrow().record(engine);
        score.ifPresent(value -> {
            if (value > 0) {
                scores.record(value);
            }
        });
    }

    @Override
    public void blocked(String policy, String route, long ruleId, Phase phase) {
        Block block = new Block(policy, Long.toString(ruleId), Integer.toString(phase.number()), route);
        blocks.computeIfAbsent(
                        blocks.size() < MAX_SERIES || blocks.containsKey(block) ? block : Block.REST,
                        labels -> Counter.builder("gatehouse.waf.blocks")
                                .description("Requests and responses that a rule blocked; rule 0 is a limit of bodies")
                                .tag("policy", labels.policy())
                                .tag("rule", labels.rule())
                                .tag("phase", labels.phase())
                                .tag("route", labels.route())
                                .register(meters))
                .increment();
    }

    @Override
    public void matched(String policy, long ruleId, boolean blocked) {
        Match match = new Match(policy, Long.toString(ruleId), blocked);
        matches.computeIfAbsent(
                        matches.size() < MAX_SERIES || matches.containsKey(match) ? match : Match.rest(blocked),
                        labels -> Counter.builder("gatehouse.waf.matches")
                                .description(
                                        "Transactions in which a rule matched; of those that passed, rules that match often"
                                                + " are candidates for false positives")
                                .tag("policy", labels.policy())
                                .tag("rule", labels.rule())
                                .tag("outcome", labels.blocked() ? "blocked" : "passed")
                                .register(meters))
                .increment();
    }

    @Override
    public void read(long request, long response) {
        requestBytes.increment(request);
        responseBytes.increment(response);
    }

    @Override
    public void shed(String reason, boolean passed) {
        Counter.builder("gatehouse.waf.shed")
                .description("Requests that were not inspected, for want of room or time")
                .tag("reason", reason)
                .tag("answer", passed ? "passed" : "refused")
                .register(meters)
                .increment();
    }
}
