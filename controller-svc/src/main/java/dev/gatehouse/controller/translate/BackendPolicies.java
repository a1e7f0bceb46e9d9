package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.BackendWishes;
import dev.gatehouse.controller.policy.PolicyIndex;
import dev.gatehouse.controller.status.AncestorConditions;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.XBackendTrafficPolicy;
import dev.gatehouse.gatewayapi.XBackendTrafficPolicy.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * XBackendTrafficPolicies: finds the effective policy of a backend, and makes the policies' statuses. Of several
 * policies for one backend the oldest is effective.
 */
final class BackendPolicies {
    private static final List<Kind<?>> TARGETS = List.of(Kinds.SERVICE, Kinds.SERVICE_IMPORT, Kinds.BACKEND);

    private final Inputs inputs;
    private final Collection<ObjectRef, SortedMap<ObjectKey, Resource<XBackendTrafficPolicy>>> byBackend;

    BackendPolicies(Graph graph, Inputs inputs) {
        this.inputs = inputs;
        byBackend = graph.group(
                "backendPolicies",
                inputs.of(Kinds.X_BACKEND_TRAFFIC_POLICY),
                (key, policy) -> policy.spec().targets().stream()
                        .filter(BackendPolicies::isBackend)
                        .map(target -> ref(target, key))
                        .collect(Collectors.toSet()));
    }

    private static boolean isBackend(Target target) {
        return TARGETS.stream()
                .anyMatch(kind ->
                        kind.group().equals(target.group()) && kind.name().equals(target.kind()));
    }

    private static ObjectRef ref(Target target, ObjectKey policy) {
        return new ObjectRef(target.kind(), policy.namespace(), target.name());
    }

    /** The backends that a policy names. */
    static Stream<ObjectRef> backends(Resource<XBackendTrafficPolicy> policy) {
        return policy.spec().targets().stream().map(target -> ref(target, policy.key()));
    }

    /** The settings of a backend's effective policy. */
    BackendWishes wishes(Reads reads, ObjectRef backend) {
        return winner(reads, backend)
                .map(policy -> new BackendWishes(
                        Optional.empty(),
                        policy.spec().retryBudget(),
                        policy.spec().sessionPersistence()))
                .orElse(BackendWishes.NONE);
    }

    private Optional<Resource<XBackendTrafficPolicy>> winner(Reads reads, ObjectRef backend) {
        return reads.get(byBackend, backend).flatMap(all -> PolicyIndex.winner(all.values()));
    }

    /**
     * The status of a policy: an entry for each Gateway whose routes use a target, and for each invalid target.
     *
     * @param users the users of the policy's backends, each with the controller name of the Gateway's class
     * @param controller our own controller name
     */
    Optional<ObjectStatus> status(
            Reads reads,
            Resource<XBackendTrafficPolicy> policy,
            Map<BackendUses.User, String> users,
            String controller) {
        AncestorConditions ancestors = new AncestorConditions();
        for (Target target : policy.spec().targets()) {
            problem(reads, policy.key(), target)
                    .ifPresent(problem -> ancestors.put(
                            new ParentReference(
                                    target.group(),
                                    target.kind(),
                                    Optional.of(policy.namespace()),
                                    target.name(),
                                    Optional.empty(),
                                    Optional.empty()),
                            controller,
                            problem));
        }
        Condition condition = rival(reads, policy)
                .map(rival -> Condition.isFalse(
                        Conditions.ACCEPTED,
                        "Conflicted",
                        "XBackendTrafficPolicy " + rival + " is for the same backend, and older."))
                .orElse(Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The policy is accepted."));
        users.forEach((user, name) -> {
            if (user.kind().equals(Kinds.GATEWAY)) {
                ancestors.put(user.reference(), name, condition);
            }
        });
        List<ObjectStatus.ParentStatus> statuses = ancestors.statuses();
        return statuses.isEmpty()
                ? Optional.empty()
                : Optional.of(new ObjectStatus.Ancestors(policy.metadata().generation(), statuses));
    }

    private Optional<ObjectKey> rival(Reads reads, Resource<XBackendTrafficPolicy> policy) {
        return backends(policy)
                .flatMap(backend -> winner(reads, backend).stream())
                .map(Resource::key)
                .filter(key -> !key.equals(policy.key()))
                .findFirst();
    }

    private Optional<Condition> problem(Reads reads, ObjectKey policy, Target target) {
        if (!isBackend(target)) {
            return Optional.of(Condition.isFalse(
                    Conditions.ACCEPTED,
                    "Invalid",
                    "kind \"" + target.kind() + "\" of group \"" + target.group()
                            + "\" cannot be a target (expected: Service, ServiceImport of "
                            + Kinds.SERVICE_IMPORT.group() + ", or Backend of " + Kinds.BACKEND.group() + ")."));
        }
        ObjectRef backend = ref(target, policy);
        boolean there = TARGETS.stream()
                .filter(kind -> kind.name().equals(target.kind()))
                .anyMatch(kind -> reads.get(inputs.of(kind), backend.key()).isPresent());
        return there
                ? Optional.empty()
                : Optional.of(Condition.isFalse(Conditions.ACCEPTED, "TargetNotFound", backend + " is not there."));
    }
}
