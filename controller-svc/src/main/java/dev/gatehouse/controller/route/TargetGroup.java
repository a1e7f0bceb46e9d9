package dev.gatehouse.controller.route;

import dev.gatehouse.controller.backend.BackendWishes;
import dev.gatehouse.controller.backend.ClusterGroup;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.InjectedCredential;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.route.ResolvedRoute.Filters;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The backends of a rule that get requests, which may become one cluster.
 *
 * @param all the rule's backends
 * @param found those that are resolved and have a share
 */
record TargetGroup(List<WeightedTarget> all, List<WeightedTarget> found, List<ClusterGroup.Member> members) {
    static TargetGroup of(List<WeightedTarget> targets) {
        List<WeightedTarget> found = targets.stream()
                .filter(each -> each.weight() > 0 && each.target() instanceof Target.Found)
                .toList();
        return new TargetGroup(
                targets,
                found,
                found.stream().flatMap(each -> member(each).stream()).toList());
    }

    private static Optional<ClusterGroup.Member> member(WeightedTarget target) {
        return target.target() instanceof Target.Found found
                ? Optional.of(new ClusterGroup.Member(found.cluster(), target.weight(), found.standBy()))
                : Optional.empty();
    }

    /** Whether some backends stand by for others. */
    boolean standBy() {
        return members.stream().anyMatch(ClusterGroup.Member::standBy)
                && !members.stream().allMatch(ClusterGroup.Member::standBy);
    }

    /** Why the backends cannot be one cluster; empty: they can be one cluster. */
    Optional<String> obstacle() {
        return found.stream().allMatch(each -> each.filters().equals(Filters.NONE))
                ? ClusterGroup.obstacle(members)
                : Optional.of("have filters of their own (expected: filters of the rule only)");
    }

    /** The rule's backends, of which those that are found are one cluster. */
    List<WeightedTarget> together() {
        int shares = members.stream()
                .filter(each -> !standBy() || !each.standBy())
                .mapToInt(ClusterGroup.Member::weight)
                .sum();
        ClusterSpec cluster = ClusterGroup.of(members);
        for (InjectedCredential credential : members.getFirst().cluster().credentials()) {
            cluster = cluster.injecting(credential);
        }
        List<WeightedTarget> result = new ArrayList<>();
        result.add(new WeightedTarget(
                new Target.Found(found.getFirst().target().reference(), cluster, false), shares, Filters.NONE));
        all.stream().filter(each -> each.target() instanceof Target.Unresolved).forEach(result::add);
        return result;
    }

    /**
     * The rule's backends as one cluster, so that another backend gets what one cannot answer; as they are, if they
     * cannot be one cluster.
     */
    List<WeightedTarget> togetherIfPossible() {
        return members.size() > 1
                        && obstacle().isEmpty()
                        && alike(ClusterSpec::credentials)
                        && alike(ClusterSpec::wishes)
                        && members.getFirst().cluster().wishes().equals(BackendWishes.NONE)
                ? together()
                : all;
    }

    private boolean alike(Function<ClusterSpec, ?> what) {
        return members.stream()
                        .map(member -> what.apply(member.cluster()))
                        .distinct()
                        .count()
                == 1;
    }
}
