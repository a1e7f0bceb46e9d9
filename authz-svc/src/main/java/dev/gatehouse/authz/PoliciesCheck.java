package dev.gatehouse.authz;

import dev.gatehouse.authz.policy.Policies;
import dev.gatehouse.authz.xds.PolicySubscriber;
import dev.gatehouse.xdsclient.SubscriptionState;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready once policies were received. Stays so without an xDS server: the last good policies are enforced. */
@Readiness
@Singleton
final class PoliciesCheck implements HealthCheck {
    private final PolicySubscriber policies;
    private final PolicySource source;

    PoliciesCheck(PolicySubscriber policies, PolicySource source) {
        this.policies = policies;
        this.source = source;
    }

    @Override
    public HealthCheckResponse call() {
        SubscriptionState state = source.state();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("authz: policies")
                .status(policies.policies().isPresent())
                .withData("connected", state.connected())
                .withData("policies", policies.policies().map(Policies::size).orElse(0));
        state.refusal().ifPresent(rejection -> response.withData("refused", rejection));
        return response.build();
    }
}
