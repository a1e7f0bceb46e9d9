package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.policy.PolicyIndex;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.security.SecurityOutcome;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import dev.gatehouse.gatewayapi.security.SsoPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the SSOPolicy that goes with a SecurityPolicy. */
final class SsoPolicies {
    private static final String SECURITY_POLICY = Kinds.SECURITY_POLICY.name();

    private final Inputs inputs;
    private final Collection<TargetKey, SortedMap<ObjectKey, Resource<SsoPolicy>>> byTarget;
    private final Collection<TargetKey, SortedMap<ObjectRef, Set<TargetKey>>> broken;
    private final Collection<TargetKey, SortedMap<ObjectKey, Resource<Policy<SecuritySettings>>>> securityByTarget;

    SsoPolicies(Graph graph, Inputs inputs, Collection<ObjectKey, Resource<Policy<SecuritySettings>>> securities) {
        this.inputs = inputs;
        byTarget = graph.group(
                "SSOPolicy.byTarget",
                inputs.of(Kinds.SSO_POLICY),
                (key, policy) -> keys(policy.spec().targets(), key.namespace()));
        Collection<ObjectRef, Set<TargetKey>> unreadable = graph.map(
                "SSOPolicy.unreadable",
                inputs.broken(),
                (reads, ref, object) -> isOne(ref) && !inputs.isReadable(reads, ref)
                        ? Optional.of(keys(object.targets(), ref.namespace()))
                        : Optional.empty());
        broken = graph.group("SSOPolicy.broken", unreadable, (_, targets) -> targets);
        securityByTarget = graph.group(
                "SSOPolicy.securityByTarget",
                securities,
                (key, policy) -> policy.spec().settings().oidc().isPresent()
                                || policy.spec().merge().isPresent()
                        ? targets(key, policy.spec().targets())
                        : Set.of());
    }

    /** Whether {@code ref} is an SSOPolicy. */
    static boolean isOne(ObjectRef ref) {
        return ref.kind().equals(Kinds.SSO_POLICY.name());
    }

    /**
     * The SSOPolicy of a SecurityPolicy.
     *
     * @param unreadable an unreadable SSOPolicy, which may require more than a session
     */
    record Found(Optional<Resource<SsoPolicy>> policy, Optional<ObjectRef> unreadable) {}

    /**
     * The SSOPolicy of the SecurityPolicy {@code key}: an SSOPolicy that targets it; without one, an SSOPolicy that
     * shares a target with it.
     */
    Found of(Reads reads, ObjectKey key, List<PolicyTarget> itsTargets) {
        Optional<ObjectRef> unreadable = targets(key, itsTargets).stream()
                .flatMap(target -> reads.get(broken, target).stream())
                .map(SortedMap::firstKey)
                .findFirst();
        return new Found(
                at(reads, own(key))
                        .or(() -> PolicyIndex.winner(keys(itsTargets, key.namespace()).stream()
                                .flatMap(target -> at(reads, target).stream())
                                .toList())),
                unreadable);
    }

    /** The SSOPolicies of merged SecurityPolicies, the more specific first, as one: what the more specific one says wins. */
    static Optional<Effective<SsoPolicy>> merged(List<Resource<SsoPolicy>> policies) {
        return policies.stream()
                .findFirst()
                .map(first -> policies.size() == 1
                        ? Effective.of(first)
                        : Effective.merged(Kinds.SSO_POLICY, first, policies.get(1)));
    }

    /** Why merged SSOPolicies cannot be used. */
    static Optional<String> problem(Effective<SsoPolicy> merged) {
        return merged.problems().isEmpty()
                ? Optional.empty()
                : Optional.of(merged.members().stream()
                                .map(each -> each.key().toString())
                                .collect(Collectors.joining(" over "))
                        + ": " + String.join("; ", merged.problems()));
    }

    /** The SSOPolicy that a field comes from; lists come from one as a whole. */
    static ObjectKey owner(Effective<SsoPolicy> merged, String field) {
        int item = field.indexOf('[');
        return merged.owner(item < 0 ? field : field.substring(0, item));
    }

    /**
     * The conditions of an SSOPolicy for its target {@code key}.
     *
     * @param listeners the HTTP listeners of a SecurityPolicy
     */
    List<Condition> conditions(
            Reads reads,
            Resource<SsoPolicy> policy,
            TargetKey key,
            Securities securities,
            Function<Resource<Policy<SecuritySettings>>, Set<ListenerKey>> listeners) {
        Optional<ObjectKey> winner = at(reads, key).map(Resource::key).filter(other -> !other.equals(policy.key()));
        if (winner.isPresent()) {
            return List.of(Condition.isFalse(
                    Conditions.ACCEPTED,
                    "Conflicted",
                    "SSOPolicy " + winner.get() + " is for " + key + " too, and comes first."));
        }
        // By SecurityPolicy, what becomes of it: alone, and merged with those that it inherits oidc from.
        Map<ObjectKey, List<SecurityOutcome>> used = new TreeMap<>();
        reads.get(securityByTarget, key).stream()
                .flatMap(each -> each.values().stream())
                .filter(each -> of(reads, each.key(), each.spec().targets())
                        .policy()
                        .map(Resource::key)
                        .equals(Optional.of(policy.key())))
                .forEach(each -> {
                    List<SecurityOutcome> outcomes = each.spec()
                                    .settings()
                                    .oidc()
                                    .isPresent()
                            ? List.of(securities.outcome(reads, each.key()))
                            : listeners.apply(each).stream()
                                    .sorted()
                                    .flatMap(listener -> securities.attached().merged(reads, each, listener).stream())
                                    .filter(merged ->
                                            merged.spec().settings().oidc().isPresent())
                                    .map(merged -> securities.outcome(reads, merged))
                                    .toList();
                    if (!outcomes.isEmpty()) {
                        used.put(each.key(), outcomes);
                    }
                });
        if (used.isEmpty()) {
            if (key.kind().equals(SECURITY_POLICY)
                    && reads.get(inputs.of(Kinds.SECURITY_POLICY), key.object()).isEmpty()) {
                return List.of(inputs.withoutSecurityPolicy(reads, key));
            }
            return List.of(Condition.isFalse(
                    Conditions.ACCEPTED,
                    "TargetNotFound",
                    key.kind().equals(SECURITY_POLICY)
                            ? key + " has no oidc, and is not merged with one that has."
                            : "No SecurityPolicy for " + key + " has an oidc to which this one belongs."));
        }
        return used.entrySet().stream()
                .flatMap(each -> each.getValue().stream()
                        .flatMap(outcome -> outcome.problem().stream())
                        .map(problem -> "SecurityPolicy " + each.getKey() + ": " + problem + "."))
                .findFirst()
                .map(problem -> List.of(Condition.isFalse(Conditions.ACCEPTED, "Invalid", problem)))
                .orElse(List.of(Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The policy is accepted.")));
    }

    private Optional<Resource<SsoPolicy>> at(Reads reads, TargetKey target) {
        return reads.get(byTarget, target).flatMap(each -> PolicyIndex.winner(each.values()));
    }

    private static TargetKey own(ObjectKey securityPolicy) {
        return new TargetKey(SECURITY_POLICY, securityPolicy, Optional.empty());
    }

    private static Set<TargetKey> targets(ObjectKey securityPolicy, List<PolicyTarget> targets) {
        return Stream.concat(Stream.of(own(securityPolicy)), keys(targets, securityPolicy.namespace()).stream())
                .collect(Collectors.toSet());
    }

    private static Set<TargetKey> keys(List<PolicyTarget> targets, String namespace) {
        return targets.stream().map(target -> TargetKey.of(target, namespace)).collect(Collectors.toSet());
    }
}
