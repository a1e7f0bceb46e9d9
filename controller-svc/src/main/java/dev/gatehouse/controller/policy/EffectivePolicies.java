package dev.gatehouse.controller.policy;

import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.gateway.PreRouting;
import dev.gatehouse.controller.policy.RateLimitMerge.OwnedRule;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.WafPolicy;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The effective policies of one rule of a route on one listener.
 *
 * @param security the SecurityPolicy
 * @param extensions the extensions of the EnvoyExtensionPolicy
 * @param broken true if an effective policy cannot be enforced: requests are refused with 500
 */
public record EffectivePolicies(
        Optional<Security> security,
        Optional<Traffic> traffic,
        Optional<Waf> waf,
        Optional<Extensions> extensions,
        boolean broken) {
    /** No policy. */
    public static final EffectivePolicies NONE =
            new EffectivePolicies(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

    /** A copy for a Gateway whose client certificate for backends is {@code certificate}. */
    public EffectivePolicies presenting(Optional<ObjectKey> certificate) {
        return new EffectivePolicies(
                security.map(each -> certificate.map(each::presenting).orElse(each)),
                traffic,
                waf,
                extensions.map(each -> certificate.map(each::presenting).orElse(each)),
                broken);
    }

    /** A copy without the policies that the filters {@code before} have already enforced: a second call would give the same answer. */
    public EffectivePolicies after(Collection<PreRouting> before) {
        return new EffectivePolicies(
                security.map(policy -> before.contains(new PreRouting.Access(policy.policy()))
                        ? policy.withoutAuthzService()
                        : policy),
                traffic,
                waf.filter(each -> before.stream().noneMatch(each::isEnforcedBy)),
                extensions,
                broken);
    }

    /** The settings of the BackendTrafficPolicy; empty settings without a policy. */
    public TrafficSettings settings() {
        return traffic.map(Traffic::settings).orElse(TrafficSettings.NONE);
    }

    /**
     * The BackendTrafficPolicy; bodies of its overrides are in the settings.
     *
     * @param globalRules the rules of its global limit, with the policies that have them
     */
    public record Traffic(ObjectKey policy, TrafficSettings settings, List<OwnedRule> globalRules) {
        public Traffic {
            globalRules = List.copyOf(globalRules);
        }
    }

    /**
     * The WAFPolicy.
     *
     * @param members the effective policy and the policies that it is merged with, the more specific first; an empty
     * list: TEG's ConfigMap
     * @param spec the merged specification
     */
    public record Waf(String name, List<ObjectKey> members, WafPolicy spec) {
        public Waf {
            members = List.copyOf(members);
        }

        /** True if {@code filter} has already enforced an equal policy. */
        boolean isEnforcedBy(PreRouting filter) {
            return filter instanceof PreRouting.Waf waf && members.equals(List.of(waf.policy()));
        }

        /** True if several policies are merged. A single policy has a resource of its own. */
        public boolean merged() {
            return members.size() > 1;
        }
    }
}
