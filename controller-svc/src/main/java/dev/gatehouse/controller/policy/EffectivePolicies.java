package dev.gatehouse.controller.policy;

import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.gateway.PreRouting;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.WafPolicy;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The policies that count for one rule of a route on one listener.
 *
 * @param security the SecurityPolicy
 * @param extensions of the EnvoyExtensionPolicy
 * @param broken a policy that counts and cannot be enforced: requests are refused with 500
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

    /** The same on a Gateway that shows {@code certificate} to its backends. */
    public EffectivePolicies presenting(Optional<ObjectKey> certificate) {
        return new EffectivePolicies(
                security.map(each -> certificate.map(each::presenting).orElse(each)),
                traffic,
                waf,
                extensions.map(each -> certificate.map(each::presenting).orElse(each)),
                broken);
    }

    /** Without the policies that {@code before} has run already: to ask twice would answer the same. */
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

    /** What the BackendTrafficPolicy asks for; nothing, if there is none. */
    public TrafficSettings settings() {
        return traffic.map(Traffic::settings).orElse(TrafficSettings.NONE);
    }

    /** The BackendTrafficPolicy; bodies of its overrides are in the settings. */
    public record Traffic(ObjectKey policy, TrafficSettings settings) {}

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

        /** True if {@code filter} has enforced the very same. */
        boolean isEnforcedBy(PreRouting filter) {
            return filter instanceof PreRouting.Waf waf && members.equals(List.of(waf.policy()));
        }

        /** True if it is not one policy alone, which has a resource of its own. */
        public boolean merged() {
            return members.size() > 1;
        }
    }
}
