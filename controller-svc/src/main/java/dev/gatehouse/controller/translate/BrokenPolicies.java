package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.gatewayapi.BrokenObject;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.PolicyTarget;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** Unreadable policies without an earlier version: what they target stays closed. */
final class BrokenPolicies {
    /** Gatehouse's policy kinds whose unreadable policies close the targeted routes. */
    private static final Set<String> CLOSING = Set.of(
            Kinds.SECURITY_POLICY.name(),
            Kinds.BACKEND_TRAFFIC_POLICY.name(),
            Kinds.ENVOY_EXTENSION_POLICY.name(),
            Kinds.WAF_POLICY.name(),
            Kinds.ACCESS_POLICY.name());

    private final PolicySelection selection;
    private final Collection<TargetKey, SortedMap<ObjectRef, Set<TargetKey>>> byTarget;

    BrokenPolicies(Graph graph, Inputs inputs, PolicySelection selection) {
        this.selection = selection;
        Collection<ObjectRef, Set<TargetKey>> brokenTargets =
                graph.map("brokenTargets", inputs.broken(), (reads, ref, broken) -> {
                    // A policy that an edit broke stays effective in its last good version.
                    if (inputs.isReadable(reads, ref) || !closesRoutes(ref)) {
                        return Optional.empty();
                    }
                    Set<TargetKey> targets = new HashSet<>();
                    selection
                            .targets(reads, ref, group(ref), broken.targets(), broken.selectors())
                            .forEach(target -> targets.add(TargetKey.of(target, ref.namespace())));
                    return targets.isEmpty() ? Optional.empty() : Optional.of(targets);
                });
        byTarget = graph.group("brokenPolicies", brokenTargets, (_, targets) -> targets);
    }

    /** The targets of an unreadable policy. */
    List<PolicyTarget> targets(Reads reads, ObjectRef ref, BrokenObject policy) {
        return selection.targets(reads, ref, group(ref), policy.targets(), policy.selectors());
    }

    /**
     * Whether an unreadable policy closes the targeted routes. Policies of extension servers' kinds do, since they may
     * enforce security.
     */
    private static boolean closesRoutes(ObjectRef policy) {
        return CLOSING.contains(policy.kind())
                || Kinds.ALL.stream().noneMatch(kind -> kind.name().equals(policy.kind()));
    }

    /** The group of a policy's kind. */
    private static String group(ObjectRef policy) {
        return Kinds.ALL.stream()
                .filter(kind -> kind.name().equals(policy.kind()))
                .map(Kind::group)
                .findFirst()
                .orElse("");
    }

    /** Whether an unreadable policy targets one of {@code targets}, which then stay closed. */
    boolean isClosed(Reads reads, List<TargetKey> targets) {
        return targets.stream().anyMatch(target -> reads.get(byTarget, target).isPresent());
    }

    /** Whether an unreadable policy of a kind targets {@code target}. */
    boolean isTargeted(Reads reads, TargetKey target, Kind<?> kind) {
        return reads.get(byTarget, target).map(SortedMap::keySet).orElse(Set.of()).stream()
                .anyMatch(policy -> policy.kind().equals(kind.name()));
    }
}
