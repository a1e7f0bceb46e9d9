package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Operator;
import dev.gatehouse.seclang.transform.Transformation;
import dev.gatehouse.seclang.variable.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * The condition of a rule, or of one rule of a chain, and what happens for each value that meets it.
 *
 * @param targets none: the condition always holds ({@code SecAction})
 * @param exclusions taken from the targets of the same variable
 */
record Condition(
        List<Target> targets,
        List<Target> exclusions,
        boolean negated,
        Operator operator,
        List<Transformation> transformations,
        boolean multiMatch,
        boolean capture,
        List<Effect> effects) {
    Condition {
        targets = List.copyOf(targets);
        exclusions = List.copyOf(exclusions);
        transformations = List.copyOf(transformations);
        effects = List.copyOf(effects);
    }

    Condition without(List<Target> more) {
        List<Target> all = new ArrayList<>(exclusions);
        all.addAll(more);
        return new Condition(targets, all, negated, operator, transformations, multiMatch, capture, effects);
    }

    boolean excludes(Variable variable, Bytes key) {
        for (Target exclusion : exclusions) {
            if (exclusion.variable() == variable && exclusion.selector().admits(key)) {
                return true;
            }
        }
        return false;
    }
}
