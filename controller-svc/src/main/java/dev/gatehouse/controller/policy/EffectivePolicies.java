package dev.gatehouse.controller.policy;

import dev.gatehouse.gatewayapi.BackendTrafficPolicy;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.WafPolicy;
import java.util.Optional;

/**
 * The policies that count for one rule of a route on one listener.
 *
 * @param access the SecurityPolicy that authz-svc enforces
 * @param broken a policy that counts and cannot be enforced: requests are refused with 500
 */
public record EffectivePolicies(
        Optional<ObjectKey> access, Optional<Limits> limits, Optional<Waf> waf, boolean broken) {
    /** No policy. */
    public static final EffectivePolicies NONE =
            new EffectivePolicies(Optional.empty(), Optional.empty(), Optional.empty(), false);

    /** The BackendTrafficPolicy with the limits. */
    public record Limits(ObjectKey policy, BackendTrafficPolicy.GlobalRateLimit limit) {}

    /** The WAFPolicy. */
    public record Waf(ObjectKey policy, WafPolicy.FailureMode failureMode) {}
}
