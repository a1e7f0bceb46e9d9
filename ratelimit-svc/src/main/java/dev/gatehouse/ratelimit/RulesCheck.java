package dev.gatehouse.ratelimit;

import dev.gatehouse.ratelimit.descriptor.RuleBook;
import dev.gatehouse.ratelimit.store.CounterStore;
import dev.gatehouse.ratelimit.xds.RuleSubscriber;
import dev.gatehouse.xdsclient.SubscriptionState;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once a configuration was received. Stays so without an xDS server (the last good configuration is used) and without Redis
 * (an error lets Envoy's failure mode decide; taking every replica out of service would decide it for all).
 */
@Readiness
@Singleton
final class RulesCheck implements HealthCheck {
    private final RuleSubscriber rules;
    private final RuleSource source;
    private final CounterStore store;

    RulesCheck(RuleSubscriber rules, RuleSource source, CounterStore store) {
        this.rules = rules;
        this.source = source;
        this.store = store;
    }

    @Override
    public HealthCheckResponse call() {
        SubscriptionState state = source.state();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("ratelimit: configuration")
                .status(rules.book().isPresent())
                .withData("connected", state.connected())
                .withData("domains", rules.book().map(RuleBook::domains).orElse(0))
                .withData("store", store.kind());
        state.refusal().ifPresent(rejection -> response.withData("refused", rejection));
        return response.build();
    }
}
