package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.NameCache;
import dev.gatehouse.controller.envoy.RouteEntry;
import dev.gatehouse.controller.envoy.RouteResources;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.traffic.Compressor;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * The contribution of a route on a listener to resources.
 *
 * @param entries Envoy routes for each hostname
 * @param limits the policies with global limits, by the name of the rule
 * @param compressors the compressors with a minimum size of their own
 * @param wafs the merged WAFPolicies
 * @param securities the SecurityPolicies
 * @param access the part of the merged SecurityPolicies that authz-svc enforces
 * @param extensions the extensions of EnvoyExtensionPolicies
 * @param authorizers the authorization servers that filters of rules call
 * @param caches the DNS caches of backends of type DynamicResolver
 * @param refusals the rules that Envoy would refuse
 * @param rules the policies of rules that add to the Envoy listener
 * @param hooks the objects of extension servers that each rule concerns
 * @param fingerprint a hash of the entries
 */
record Contribution(
        Map<String, List<RouteEntry>> entries,
        SortedMap<String, EffectivePolicies.Traffic> limits,
        Set<Compressor> compressors,
        Set<EffectivePolicies.Waf> wafs,
        Set<Security> securities,
        Set<Securities.MergedAccess> access,
        Set<Extensions> extensions,
        Set<Security.Authorizer> authorizers,
        Set<NameCache> caches,
        List<ResolvedRoute.InvalidRule> refusals,
        List<RulePolicies> rules,
        HookContext hooks,
        int fingerprint) {
    Contribution(
            Map<String, List<RouteEntry>> entries,
            SortedMap<String, EffectivePolicies.Traffic> limits,
            Set<Compressor> compressors,
            Set<EffectivePolicies.Waf> wafs,
            Set<Security> securities,
            Set<Securities.MergedAccess> access,
            Set<Extensions> extensions,
            Set<Security.Authorizer> authorizers,
            Set<NameCache> caches,
            List<ResolvedRoute.InvalidRule> refusals,
            List<RulePolicies> rules,
            HookContext hooks) {
        this(
                entries,
                limits,
                compressors,
                wafs,
                securities,
                access,
                extensions,
                authorizers,
                caches,
                refusals,
                rules,
                hooks,
                entries.hashCode());
    }

    /** Entries alone, without policies. */
    static Contribution ofEntries(Map<String, List<RouteEntry>> entries) {
        return new Contribution(
                entries,
                Collections.emptySortedMap(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                List.of(),
                List.of(),
                HookContext.NONE);
    }

    /** The filters that listeners have besides those for policies that may be refused. */
    FilterNeeds ownNeeds() {
        return FilterNeeds.of(List.of(), authorizers, compressors, List.of(), caches);
    }

    /** Whether proxies refuse what a policy of the contribution adds to the Envoy listener. */
    boolean isRefused(Reads reads, ListenerPolicies holds) {
        return rules.stream().anyMatch(rule -> rule.isRefused(reads, holds));
    }

    FilterNeeds filterNeeds() {
        return FilterNeeds.of(securities, authorizers, compressors, extensions, caches);
    }

    /** True if the entries send an authorization server a value from a Secret. */
    boolean secret() {
        return securities.stream()
                .flatMap(security -> security.authorizer().stream())
                .anyMatch(Security.Authorizer::secret);
    }

    /** The entries of {@code hostname}. */
    List<RouteEntry> of(String hostname) {
        return entries.getOrDefault(hostname, List.of());
    }

    /** The entries of {@code hostname} with the same matches, answered with 500. */
    List<RouteEntry> closed(String hostname) {
        return of(hostname).stream().map(RouteResources::closed).toList();
    }
}
