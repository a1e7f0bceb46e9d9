package dev.gatehouse.waf;

import dev.gatehouse.waf.policy.PolicyMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * {@code gatehouse_waf_compilations_seconds} (time to compile a rule set), {@code gatehouse_waf_reloads_total{result}} (configurations
 * that came) and {@code gatehouse_waf_policies_changed_total}.
 */
final class MeteredPolicies implements PolicyMetrics {
    private final Timer compilations;
    private final Counter good;
    private final Counter bad;
    private final Counter changes;

    MeteredPolicies(MeterRegistry meters) {
        compilations = Timer.builder("gatehouse.waf.compilations")
                .description("Time to compile a rule set")
                .register(meters);
        good = reloads(meters, "accepted");
        bad = reloads(meters, "rejected");
        changes = Counter.builder("gatehouse.waf.policies.changed")
                .description("Policies that came new, or as another")
                .register(meters);
    }

    private static Counter reloads(MeterRegistry meters, String result) {
        return Counter.builder("gatehouse.waf.reloads")
                .description("Configurations that came")
                .tag("result", result)
                .register(meters);
    }

    @Override
    public void compiled(Duration took) {
        compilations.record(took);
    }

    @Override
    public void replaced(int changed, int errors) {
        (errors == 0 ? good : bad).increment();
        changes.increment(changed);
    }
}
