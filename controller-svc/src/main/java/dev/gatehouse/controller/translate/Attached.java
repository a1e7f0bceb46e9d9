package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.policy.PolicyIndex;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * The policies of one kind with their targets. Finds the effective policy of a rule, in the same way for every kind.
 *
 * <p>The policy with the most specific target is effective: a rule, then a route, a listener, a ListenerSet, a Gateway.
 * Of several policies for one target it is the oldest, then the first by name (GEP-713). A policy for a rule or a route
 * that has a {@code mergeType} is merged with the most specific one for the listener, its ListenerSet or its Gateway
 * (Envoy Gateway's MergeType).
 */
final class Attached<S extends TargetedPolicy<S>> {
    private final Kind<S> kind;
    private final Collection<ObjectKey, Resource<S>> policies;
    private final Collection<TargetKey, SortedMap<ObjectKey, Resource<S>>> byTarget;

    Attached(Graph graph, PolicySelection selection, Kind<S> kind) {
        this.kind = kind;
        policies = selection.selected(kind);
        byTarget = graph.group(
                kind.name() + ".byTarget",
                policies,
                (key, policy) -> keys(policy.spec().targets(), key));
    }

    Kind<S> kind() {
        return kind;
    }

    /** The policies. Their targets include the objects that their selectors select. */
    Collection<ObjectKey, Resource<S>> policies() {
        return policies;
    }

    /** The policies by target. */
    Collection<TargetKey, SortedMap<ObjectKey, Resource<S>>> byTarget() {
        return byTarget;
    }

    /** The effective policy among the policies for {@code target} itself. */
    Optional<Resource<S>> at(Reads reads, TargetKey target) {
        return reads.get(byTarget, target).flatMap(each -> PolicyIndex.winner(each.values()));
    }

    /** All policies for {@code target} itself, the older first. */
    List<Resource<S>> all(Reads reads, TargetKey target) {
        return reads.get(byTarget, target).stream()
                .flatMap(each -> each.values().stream())
                .sorted()
                .toList();
    }

    /** The effective policy of a listener as a whole. */
    Optional<Resource<S>> onListener(Reads reads, ListenerKey listener) {
        return first(reads, listenerTargets(listener));
    }

    /** The effective policy of a rule of a route on a listener, not yet merged with a less specific one. */
    Optional<Resource<S>> counting(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return first(reads, targets(listener, route, rule));
    }

    /**
     * The less specific policy that {@code policy}, which is for a route or a rule, is merged with on a listener;
     * empty: {@code policy} is not merged.
     */
    Optional<Resource<S>> parent(Reads reads, Resource<S> policy, ListenerKey listener) {
        return policy.spec().merge().isEmpty()
                ? Optional.empty()
                : onListener(reads, listener).filter(parent -> !parent.key().equals(policy.key()));
    }

    /** Merges {@code policy}, which is for a route or a rule, with its parent on a listener; empty: it has no parent there. */
    Optional<Effective<S>> merged(Reads reads, Resource<S> policy, ListenerKey listener) {
        return parent(reads, policy, listener).map(parent -> Effective.merged(kind, policy, parent));
    }

    /** The effective policy of a rule of a route on a listener, merged with its parent if it has one. */
    Optional<Effective<S>> effective(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return counting(reads, listener, route, rule)
                .map(policy -> merged(reads, policy, listener).orElseGet(() -> Effective.of(policy)));
    }

    /**
     * The policies that {@link #effective} is merged from, the more specific first. For callers that need the policies'
     * owners and not the merged settings.
     */
    List<Resource<S>> members(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return counting(reads, listener, route, rule).stream()
                .flatMap(policy -> Stream.concat(Stream.of(policy), parent(reads, policy, listener).stream()))
                .toList();
    }

    /**
     * The effective policy of a rule of a route on a listener, with the target by which it is effective and the
     * policies that it is merged with.
     */
    Optional<PolicyUse> use(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return targets(listener, route, rule).stream()
                .filter(target -> at(reads, target).isPresent())
                .findFirst()
                .flatMap(target -> effective(reads, listener, route, rule)
                        .map(effective -> PolicyUse.of(kind.name(), target, effective)));
    }

    private Optional<Resource<S>> first(Reads reads, List<TargetKey> targets) {
        for (TargetKey target : targets) {
            Optional<Resource<S>> found = at(reads, target);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** The targets whose policies can be effective for a rule of a route on a listener, the most specific first. */
    static List<TargetKey> targets(ListenerKey listener, ObjectRef route, Optional<String> rule) {
        List<TargetKey> targets = new ArrayList<>();
        rule.ifPresent(name -> targets.add(new TargetKey(route.kind(), route.key(), Optional.of(name))));
        targets.add(new TargetKey(route.kind(), route.key(), Optional.empty()));
        targets.addAll(listenerTargets(listener));
        return targets;
    }

    /** The targets whose policies can be effective for a listener as a whole, the most specific first. */
    static List<TargetKey> listenerTargets(ListenerKey listener) {
        List<TargetKey> targets = new ArrayList<>();
        ObjectRef owner = listener.owner();
        targets.add(new TargetKey(owner.kind(), owner.key(), Optional.of(listener.name())));
        targets.add(new TargetKey(owner.kind(), owner.key(), Optional.empty()));
        if (!owner.kind().equals("Gateway")) {
            targets.add(new TargetKey("Gateway", listener.gateway(), Optional.empty()));
        }
        return targets;
    }

    /** The targets of a policy. */
    static Set<TargetKey> keys(List<PolicyTarget> targets, ObjectKey policy) {
        Set<TargetKey> keys = new HashSet<>();
        targets.forEach(target -> keys.add(TargetKey.of(target, policy.namespace())));
        return keys;
    }
}
