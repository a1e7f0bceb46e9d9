package dev.gatehouse.controller.policy;

import dev.gatehouse.gatewayapi.BackendTrafficPolicy;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.WafPolicy;
import java.util.List;
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

    /**
     * The WAFPolicy.
     *
     * @param members the policy that counts, and those that it is merged with, the more specific first; none: TEG's ConfigMap
     * @param spec what they say together
     */
    public record Waf(String name, List<ObjectKey> members, WafPolicy spec) {
        public Waf {
            members = List.copyOf(members);
        }

        /** True if it is not one policy alone, which has a resource of its own. */
        public boolean merged() {
            return members.size() > 1;
        }
    }
}
