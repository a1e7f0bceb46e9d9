package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A policy: what it is for, and what it asks for.
 *
 * @param settings what it asks for, read from {@code tree}
 * @param tree the specification as it was written, for merging
 * @param deprecated the fields in use that have a successor: "spec.a is deprecated, use spec.b instead", in order
 * @param <T> what a policy of the kind may ask for; knows nothing of targets, so that it can be read from a merged tree
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
     * Reads a policy, and by {@code settings} what it asks for.
     *
     * @param successors the fields that have a successor, by their names
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
                f.written(),
                deprecated);
    }
}
