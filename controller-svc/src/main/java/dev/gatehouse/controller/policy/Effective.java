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
 * What policies of one kind say together at one place.
 *
 * @param members the policy that counts, and the one that it is merged with, if any
 * @param spec what they say: of the only member, or read from the merged tree
 * @param problems why what they say together cannot be used, as "path: message"; empty: it can
 */
public record Effective<S extends TargetedPolicy<S>>(List<Resource<S>> members, S spec, List<String> problems) {
    /** What says whom a policy is for, and how it is merged, which is not merged. */
    private static final Set<String> OWN = Set.of("targetRef", "targetRefs", "targetSelectors", "mergeType");

    public Effective {
        members = List.copyOf(members);
        problems = List.copyOf(problems);
    }

    /** One policy alone. */
    public static <S extends TargetedPolicy<S>> Effective<S> of(Resource<S> policy) {
        return new Effective<>(List.of(policy), policy.spec(), List.of());
    }

    /** True for the fields of a specification that say whom it is for, and how it is merged. */
    public static boolean isOwn(String field) {
        return OWN.contains(field);
    }

    /** The policy that counts. */
    public ObjectKey policy() {
        return members.getFirst().key();
    }

    /** {@code policy} over {@code parent}, as its {@code mergeType} says. */
    public static <S extends TargetedPolicy<S>> Effective<S> merged(
            Kind<S> kind, Resource<S> policy, Resource<S> parent) {
        Map<String, Object> less = new LinkedHashMap<>(parent.spec().tree());
        less.keySet().removeAll(OWN);
        Map<String, Object> more = policy.spec().tree();
        List<Resource<S>> members = List.of(policy, parent);
        Map<String, Object> tree;
        try {
            tree = policy.spec().merge().orElseThrow() == TargetedPolicy.MergeType.StrategicMerge
                    ? StrategicMerge.apply(less, more, "spec")
                    : JsonMerge.apply(less, more);
        } catch (PatchFailure e) {
            return new Effective<>(members, policy.spec(), List.of(e.getMessage()));
        }
        List<String> problems = new ArrayList<>();
        S spec = Fields.read(
                Trees.node(Map.of("spec", tree)),
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
     * The member that a field of the specification comes from, such as "jwt" or "oidc.clientSecret": references in it are meant in that
     * one's namespace.
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
