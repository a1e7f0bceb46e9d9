package dev.gatehouse.waf;

import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.xdsclient.SubscriptionState;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready once policies have come. Stays so without xds-svc: the last good ones are enforced. */
@Readiness
@Singleton
final class PoliciesReceivedCheck implements HealthCheck {
    private final Policies policies;
    private final PolicyFeed feed;

    PoliciesReceivedCheck(Policies policies, PolicyFeed feed) {
        this.policies = policies;
        this.feed = feed;
    }

    @Override
    public HealthCheckResponse call() {
        SubscriptionState state = feed.state();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("waf: policies")
                .status(policies.received())
                .withData("connected", state.connected())
                .withData("policies", policies.size())
                .withData("broken", policies.broken());
        state.refusal().ifPresent(reason -> response.withData("last-rejection", reason));
        return response.build();
    }
}
