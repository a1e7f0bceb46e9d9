package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A policy with its targets and its settings.
 *
 * @param settings the settings, read from {@code tree}
 * @param tree the specification as written, for merging
 * @param deprecated the deprecated fields in use, each as "spec.a is deprecated, use spec.b instead", in order
 * @param <T> the settings of the policy kind, without targets, so that they can be read from a merged tree
 */
public record Policy<T>(
        List<PolicyTarget> targets,
        List<TargetSelector> selectors,
        Optional<MergeType> merge,
        T settings,
        Map<String, Object> tree,
        List<String> deprecated)
        implements TargetedPolicy<Policy<T>> {
    public Policy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
        deprecated = List.copyOf(deprecated);
    }

    @Override
    public Policy<T> withTargets(List<PolicyTarget> targets) {
        return new Policy<>(targets, selectors, merge, settings, tree, deprecated);
    }

    /**
     * Reads a policy, with {@code settings} as the reader of its settings.
     *
     * @param successors the deprecated fields with their successors
     */
    static <T> Policy<T> read(Fields f, Function<Fields, T> settings, Map<String, String> successors) {
        List<String> deprecated = new ArrayList<>();
        successors.forEach((field, successor) -> {
            if (f.has(field)) {
                deprecated.add("spec." + field + " is deprecated, use spec." + successor + " instead");
            }
        });
        deprecated.addAll(PolicyTarget.deprecated(f));
        return new Policy<>(
                PolicyTarget.readOrSelected(f),
                f.list("targetSelectors", TargetSelector::read),
                f.choice("mergeType", MergeType.class).filter(type -> type != MergeType.Replace),
                settings.apply(f),
                f.stored(),
                deprecated);
    }
}
