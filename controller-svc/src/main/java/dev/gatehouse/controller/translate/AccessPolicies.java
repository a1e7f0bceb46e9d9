package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the effective AccessPolicy of a rule. An AccessPolicy for the rule's effective SecurityPolicy comes first, then
 * an AccessPolicy for the rule, route, listener or Gateway, the most specific target first.
 */
final class AccessPolicies {
    private final Attached<AccessPolicy> attached;

    AccessPolicies(Graph graph, PolicySelection selection) {
        attached = new Attached<>(graph, selection, Kinds.ACCESS_POLICY);
    }

    Attached<AccessPolicy> attached() {
        return attached;
    }

    /**
     * An effective AccessPolicy.
     *
     * @param target the target by which the policy is effective
     */
    record Counting(TargetKey target, Resource<AccessPolicy> policy) {}

    /**
     * The effective policy of a rule of a route on a listener.
     *
     * @param securityPolicies the rule's effective SecurityPolicies, the more specific first
     */
    Optional<Counting> counting(
            Reads reads,
            List<ObjectKey> securityPolicies,
            ListenerKey listener,
            ObjectRef route,
            Optional<String> rule) {
        return Stream.concat(
                        securityPolicies.stream().map(AccessPolicies::target),
                        Attached.targets(listener, route, rule).stream())
                .flatMap(target -> attached.at(reads, target).stream().map(policy -> new Counting(target, policy)))
                .findFirst();
    }

    /** The policy for the SecurityPolicy {@code key} itself. */
    Optional<Resource<AccessPolicy>> of(Reads reads, ObjectKey key) {
        return attached.at(reads, target(key));
    }

    /** A SecurityPolicy as a target. */
    static TargetKey target(ObjectKey securityPolicy) {
        return new TargetKey(Kinds.SECURITY_POLICY.name(), securityPolicy, Optional.empty());
    }
}
