package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A policy: what it is for, and what it asks for.
 *
 * @param settings what it asks for, read from {@code tree}
 * @param tree the specification as it was written, for merging
 * @param deprecated the fields that still work and have another name now, with that name
 * @param <T> what a policy of the kind may ask for; knows nothing of targets, so that it can be read from a merged tree
 */
public record Policy<T>(
        List<PolicyTarget> targets,
        List<TargetSelector> selectors,
        Optional<MergeType> merge,
        T settings,
        Map<String, Object> tree,
        Map<String, String> deprecated)
        implements TargetedPolicy<Policy<T>> {
    public Policy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
        deprecated = Map.copyOf(deprecated);
    }

    @Override
    public Policy<T> withTargets(List<PolicyTarget> targets) {
        return new Policy<>(targets, selectors, merge, settings, tree, deprecated);
    }

    /** Reads a policy, and by {@code settings} what it asks for. */
    static <T> Policy<T> read(Fields f, Function<Fields, T> settings) {
        Map<String, String> deprecated = new TreeMap<>();
        if (f.has("targetRef")) {
            deprecated.put("spec.targetRef", "spec.targetRefs");
        }
        return new Policy<>(
                PolicyTarget.readOrSelected(f),
                f.list("targetSelectors", TargetSelector::read),
                f.choice("mergeType", MergeType.class).filter(type -> type != MergeType.Replace),
                settings.apply(f),
                f.written(),
                deprecated);
    }
}
