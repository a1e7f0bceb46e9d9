package dev.gatehouse.waf;

import dev.gatehouse.seclang.Phase;
import dev.gatehouse.waf.inspection.InspectionMetrics;
import dev.gatehouse.waf.policy.Policies;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code gatehouse_waf_transactions_seconds{outcome}} (time in the engine, all phases), {@code gatehouse_waf_blocks_total{rule,phase}},
 * {@code gatehouse_waf_policies} and {@code gatehouse_waf_policies_broken}.
 */
final class MeteredInspections implements InspectionMetrics {
    private final MeterRegistry meters;
    private final Map<Outcome, Timer> transactions = new EnumMap<>(Outcome.class);

    MeteredInspections(MeterRegistry meters, Policies policies) {
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
        Gauge.builder("gatehouse.waf.policies", policies, Policies::size)
                .description("Policies that are known")
                .register(meters);
        Gauge.builder("gatehouse.waf.policies.broken", policies, Policies::broken)
                .description("Policies that block everything, because their directives never compiled")
                .register(meters);
    }

    @Override
    public void finished(Outcome outcome, Duration engine) {
        Optional.ofNullable(transactions.get(outcome)).orElseThrow().record(engine);
    }

    @Override
    public void blocked(long ruleId, Phase phase) {
        meters.counter("gatehouse.waf.blocks", "rule", Long.toString(ruleId), "phase", Integer.toString(phase.number()))
                .increment();
    }
}
