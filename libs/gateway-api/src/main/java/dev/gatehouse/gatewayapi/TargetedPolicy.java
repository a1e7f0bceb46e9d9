package dev.gatehouse.gatewayapi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A policy with targets, which it selects by name or by labels.
 *
 * @param <S> the policy
 */
public interface TargetedPolicy<S extends TargetedPolicy<S>> {
    /** How a policy is merged with the less specific one (Envoy Gateway's MergeType). */
    enum MergeType {
        /** Replaces the less specific policy. */
        Replace,
        /** Kubernetes' strategic merge: objects field by field, lists with a merge key item by item. */
        StrategicMerge,
        /** RFC 7386: objects field by field, lists as a whole. */
        JSONMerge
    }

    /** The targets by name. */
    List<PolicyTarget> targets();

    /** The targets by labels. */
    List<TargetSelector> selectors();

    /** A copy for other targets. */
    S withTargets(List<PolicyTarget> targets);

    /** How it is merged with the effective less specific policy; empty: it replaces that policy. */
    default Optional<MergeType> merge() {
        return Optional.empty();
    }

    /** The specification as written; empty if policies of the kind are not merged. */
    default Map<String, Object> tree() {
        return Map.of();
    }

    /** The deprecated fields in use, each as "spec.a is deprecated, use spec.b instead", in order. */
    default List<String> deprecated() {
        return List.of();
    }
}
