package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The effective policies of a rule of a route on a listener.
 *
 * @param security what the SecurityPolicy adds to the Envoy listener; empty: nothing
 * @param extensions what the EnvoyExtensionPolicy adds to it; empty: nothing
 */
record RulePolicies(
        PolicyPlace place,
        EffectivePolicies policies,
        Optional<PolicyWish<Security>> security,
        Optional<PolicyWish<Extensions>> extensions) {
    /** The policies that are effective at a rule. */
    record Owners(Optional<ObjectRef> security, Optional<ObjectRef> extensions) {}

    static RulePolicies of(PolicyPlace place, PortKey port, EffectivePolicies policies, Owners owners) {
        return new RulePolicies(
                place,
                policies,
                policies.security()
                        .flatMap(each -> wish(
                                port,
                                owners.security(),
                                each,
                                FilterNeeds.of(List.of(each), List.of(), List.of(), List.of(), Set.of()),
                                each.names())),
                policies.extensions()
                        .flatMap(each -> wish(
                                port,
                                owners.extensions(),
                                each,
                                FilterNeeds.of(List.of(), List.of(), List.of(), List.of(each), Set.of()),
                                each.names())));
    }

    private static <S> Optional<PolicyWish<S>> wish(
            PortKey port, Optional<ObjectRef> owner, S settings, FilterNeeds needs, Set<String> names) {
        return owner.filter(_ -> !needs.equals(FilterNeeds.NONE))
                .map(each -> new PolicyWish<>(new PolicyPart(port, each), settings, needs.hashCode(), names));
    }

    /**
     * The policies as they are served. Settings that proxies refuse are replaced by the last accepted ones of the same
     * policy. Without those the rule is closed, unless requests may pass without the extensions.
     */
    RulePolicies served(Reads reads, ListenerPolicies holds) {
        if (security.isEmpty() && extensions.isEmpty()) {
            return this;
        }
        Optional<PolicyWish<Security>> ownSecurity =
                security.flatMap(wish -> holds.securities().served(reads, place, wish));
        Optional<PolicyWish<Extensions>> ownExtensions =
                extensions.flatMap(wish -> holds.extensions().served(reads, place, wish));
        Optional<Security> served = security.isEmpty() ? policies.security() : ownSecurity.map(PolicyWish::settings);
        Optional<Extensions> passed = extensions.isEmpty()
                ? policies.extensions()
                : ownExtensions
                        .map(PolicyWish::settings)
                        .or(() -> policies.extensions().flatMap(Extensions::withoutOptional));
        boolean closed = policies.security().isPresent() && served.isEmpty()
                || policies.extensions().isPresent() && passed.isEmpty();
        return new RulePolicies(
                place,
                new EffectivePolicies(served, policies.traffic(), policies.waf(), passed, policies.broken() || closed),
                ownSecurity,
                ownExtensions);
    }

    /** Whether proxies refuse what a policy adds to the Envoy listener. */
    boolean isRefused(Reads reads, ListenerPolicies holds) {
        return security.filter(wish -> holds.securities().isRefused(reads, place, wish))
                        .isPresent()
                || extensions
                        .filter(wish -> holds.extensions().isRefused(reads, place, wish))
                        .isPresent();
    }
}
