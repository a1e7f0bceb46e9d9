package dev.gatehouse.gatewayapi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A policy that says what it is for, by name or by labels.
 *
 * @param <S> the policy
 */
public interface TargetedPolicy<S extends TargetedPolicy<S>> {
    /** How a policy goes with the less specific one that it is merged with (Envoy Gateway's MergeType). */
    enum MergeType {
        /** Instead of it. */
        Replace,
        /** Kubernetes' strategic merge: objects field by field, lists with a merge key item by item. */
        StrategicMerge,
        /** RFC 7386: objects field by field, lists as a whole. */
        JSONMerge
    }

    /** What the policy names. */
    List<PolicyTarget> targets();

    /** What the policy is for by labels. */
    List<TargetSelector> selectors();

    /** The same policy for other targets. */
    S withTargets(List<PolicyTarget> targets);

    /** How it is merged with the less specific policy that counts; empty: it counts instead. */
    default Optional<MergeType> merge() {
        return Optional.empty();
    }

    /** The specification as it was written; empty where the kind does not merge. */
    default Map<String, Object> tree() {
        return Map.of();
    }

    /** The fields in use that have a successor: "spec.a is deprecated, use spec.b instead", in order. */
    default List<String> deprecated() {
        return List.of();
    }
}
