package dev.gatehouse.controller.policy;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import dev.gatehouse.gatewayapi.merge.JsonMerge;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import dev.gatehouse.gatewayapi.merge.StrategicMerge;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The merged policies of one kind at one place.
 *
 * @param members the effective policy, and the policy that it is merged with, if any
 * @param spec the only member's specification, or the one read from the merged tree
 * @param problems why the merged specification cannot be used, as "path: message"; empty: it can be used
 */
public record Effective<S extends TargetedPolicy<S>>(List<Resource<S>> members, S spec, List<String> problems) {
    /** The fields for a policy's targets and its merge type, which are not merged. */
    private static final Set<String> OWN = Set.of("targetRef", "targetRefs", "targetSelectors", "mergeType");

    public Effective {
        members = List.copyOf(members);
        problems = List.copyOf(problems);
    }

    /** One policy alone. */
    public static <S extends TargetedPolicy<S>> Effective<S> of(Resource<S> policy) {
        return new Effective<>(List.of(policy), policy.spec(), List.of());
    }

    /** True for the fields of a specification that set its targets and its merge type. */
    public static boolean isOwn(String field) {
        return OWN.contains(field);
    }

    /** The effective policy. */
    public ObjectKey policy() {
        return members.getFirst().key();
    }

    /** Merges {@code policy} over {@code parent}, by the policy's {@code mergeType}. */
    public static <S extends TargetedPolicy<S>> Effective<S> merged(
            Kind<S> kind, Resource<S> policy, Resource<S> parent) {
        Map<String, Object> less = new LinkedHashMap<>(parent.spec().tree());
        less.keySet().removeAll(OWN);
        boolean strategic = policy.spec().merge().orElseThrow() == TargetedPolicy.MergeType.StrategicMerge;
        RateLimitMerge.Sides sides = RateLimitMerge.prepare(less, policy.spec().tree(), strategic);
        List<Resource<S>> members = List.of(policy, parent);
        Map<String, Object> tree;
        try {
            tree = strategic
                    ? StrategicMerge.apply(sides.less(), sides.more(), "spec")
                    : JsonMerge.apply(sides.less(), sides.more());
        } catch (PatchFailure e) {
            return new Effective<>(members, policy.spec(), List.of(e.getMessage()));
        }
        List<String> problems = new ArrayList<>();
        S spec = Fields.read(
                Trees.node(Map.of("spec", MergedChoices.settle(tree, sides.more()))),
                kind.name() + " " + policy.key() + " over " + parent.key(),
                "",
                problem -> {
                    if (problem.severity() == Problem.Severity.ERROR) {
                        problems.add(problem.path() + ": " + problem.message());
                    }
                },
                kind.body());
        return new Effective<>(members, spec, problems);
    }

    /**
     * The member that a field of the specification, such as "jwt" or "oidc.clientSecret", comes from. References in the
     * field are in that member's namespace.
     */
    public ObjectKey owner(String field) {
        return members.stream()
                .filter(member -> has(member.spec().tree(), field))
                .findFirst()
                .orElse(members.getFirst())
                .key();
    }

    private static boolean has(Map<?, ?> tree, String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            return tree.containsKey(path);
        }
        return tree.get(path.substring(0, dot)) instanceof Map<?, ?> inner && has(inner, path.substring(dot + 1));
    }
}
