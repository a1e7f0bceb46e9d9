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

/**
 * {@code gatehouse_waf_transactions_seconds{outcome}} (time in the engine, all phases), {@code gatehouse_waf_score},
 * {@code gatehouse_waf_blocks_total{rule,phase,route}}, {@code gatehouse_waf_body_bytes_total{direction}},
 * {@code gatehouse_waf_shed_total{reason,answer}}, and what there is now: {@code gatehouse_waf_policies},
 * {@code gatehouse_waf_policies_broken}, {@code gatehouse_waf_waiting}, {@code gatehouse_waf_bodies_held_bytes}.
 */
final class MeteredInspections implements InspectionMetrics {
    private static final double[] SCORES = {1, 2, 3, 4, 5, 10, 15, 20, 30, 50, 100};

    private final MeterRegistry meters;
    private final Map<Outcome, Timer> transactions = new EnumMap<>(Outcome.class);
    private final DistributionSummary scores;
    private final Counter requestBytes;
    private final Counter responseBytes;

    MeteredInspections(MeterRegistry meters, Policies policies, Admission admission, BodyBudget bodies) {
        this.meters = meters;
        for (Outcome outcome : Outcome.values()) {
            transactions.put(
                    outcome,
                    Timer.builder("gatehouse.waf.transactions")
                            .description("Time in the engine")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .publishPercentileHistogram()
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
    public void blocked(String route, long ruleId, Phase phase) {
        meters.counter(
                        "gatehouse.waf.blocks",
                        "rule",
                        Long.toString(ruleId),
                        "phase",
                        Integer.toString(phase.number()),
                        "route",
                        route)
                .increment();
    }

    @Override
    public void read(long request, long response) {
        requestBytes.increment(request);
        responseBytes.increment(response);
    }

    @Override
    public void shed(String reason, boolean passed) {
        meters.counter("gatehouse.waf.shed", "reason", reason, "answer", passed ? "passed" : "refused")
                .increment();
    }
}
