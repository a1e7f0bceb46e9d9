package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.envoy.WafResources;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.policy.WafConfigMap;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.WafPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The WAFPolicies, and what waf-svc gets of them. */
final class WafPolicies {
    private final Inputs inputs;
    private final Attached<WafPolicy> attached;
    private final Collection<ObjectKey, WafResources.Outcome> outcomes;
    private final Collection<ObjectKey, WafResources.Outcome.Enforced> configMap;
    private final ObjectKey configMapKey;

    /** @param namespace where TEG's ConfigMap is */
    WafPolicies(Graph graph, Inputs inputs, PolicySelection selection, String namespace) {
        this.inputs = inputs;
        attached = new Attached<>(graph, selection, Kinds.WAF_POLICY);
        outcomes = graph.map(
                "wafOutcomes",
                attached.policies(),
                (reads, key, policy) -> Optional.of(resource(reads, key.toString(), key, policy.spec())),
                (_, failure) -> Optional.of(new WafResources.Outcome.Invalid(failure.toString())));
        configMapKey = new ObjectKey(namespace, WafConfigMap.NAME);
        configMap = graph.map("wafConfigMap", inputs.of(Kinds.CONFIG_MAP), (_, key, map) -> {
            List<String> directives = key.equals(configMapKey) ? WafConfigMap.directives(map.spec()) : List.of();
            return directives.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new WafResources.Outcome.Enforced(
                            WafResources.asWritten(key.toString(), "directives", directives)));
        });
    }

    Attached<WafPolicy> attached() {
        return attached;
    }

    /** What each policy becomes. */
    Collection<ObjectKey, WafResources.Outcome> outcomes() {
        return outcomes;
    }

    /** The WAF policy of TEG's ConfigMap, under the ConfigMap's name; absent: there is no ConfigMap, or it has no settings. */
    Collection<ObjectKey, WafResources.Outcome.Enforced> configMap() {
        return configMap;
    }

    /**
     * The effective WAFPolicy, merged with less specific ones as their {@code mergeType} says; without one, the policy
     * of TEG's ConfigMap.
     */
    Optional<EffectivePolicies.Waf> effective(Reads reads, List<TargetKey> targets) {
        List<ObjectKey> members = new ArrayList<>();
        Optional<WafPolicy> merged = Optional.empty();
        for (TargetKey target : targets) {
            Optional<Resource<WafPolicy>> winner = attached.at(reads, target);
            if (winner.isPresent() && !members.contains(winner.get().key())) {
                members.add(winner.get().key());
                WafPolicy spec = winner.get().spec().of(winner.get().key());
                merged = Optional.of(merged.map(more -> more.over(spec)).orElse(spec));
                if (merged.get().merge().isEmpty()) {
                    break;
                }
            }
        }
        if (merged.isEmpty()) {
            return reads.get(configMap, configMapKey)
                    .map(made -> new EffectivePolicies.Waf(made.policy().getName(), List.of(), WafPolicy.NONE));
        }
        String name = members.stream().map(ObjectKey::toString).collect(Collectors.joining("+"));
        return merged.filter(spec -> spec.effectiveMode() != WafPolicy.Mode.Off)
                .map(spec -> new EffectivePolicies.Waf(name, members, spec));
    }

    /** The resource by which waf-svc enforces {@code spec}, whose most specific policy is {@code owner}. */
    WafResources.Outcome resource(Reads reads, String name, ObjectKey owner, WafPolicy spec) {
        return WafResources.policy(
                name,
                owner,
                spec,
                map -> reads.get(inputs.of(Kinds.CONFIG_MAP), map).map(Resource::spec));
    }

    /** Whether a WAFPolicy, alone or merged, cannot be enforced because a ConfigMap is missing. */
    boolean isBroken(Reads reads, EffectivePolicies.Waf waf) {
        return waf.members().stream()
                .anyMatch(member -> reads.get(outcomes, member)
                        .map(WafResources.Outcome.Invalid.class::isInstance)
                        .orElse(false));
    }

    /** The effective policies of {@code targets}, as a reader sees them. */
    Optional<PolicyUse> use(Reads reads, List<TargetKey> targets) {
        return effective(reads, targets)
                .filter(waf -> !waf.members().isEmpty())
                .flatMap(waf -> targets.stream()
                        .filter(target -> attached.at(reads, target).isPresent())
                        .findFirst()
                        .map(target -> new PolicyUse(
                                Kinds.WAF_POLICY.name(),
                                waf.members().getFirst(),
                                target,
                                waf.members().subList(1, waf.members().size()),
                                List.of(),
                                List.of())));
    }
}
