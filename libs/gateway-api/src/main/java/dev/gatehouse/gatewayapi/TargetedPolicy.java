package dev.gatehouse.gatewayapi;

import java.util.List;

/**
 * A policy that says what it is for, by name or by labels.
 *
 * @param <S> the policy
 */
public interface TargetedPolicy<S extends TargetedPolicy<S>> {
    /** What the policy names. */
    List<PolicyTarget> targets();

    /** What the policy is for by labels. */
    List<TargetSelector> selectors();

    /** The same policy for other targets. */
    S withTargets(List<PolicyTarget> targets);
}
