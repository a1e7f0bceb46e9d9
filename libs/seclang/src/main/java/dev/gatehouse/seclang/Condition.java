package dev.gatehouse.seclang;

import dev.gatehouse.seclang.operator.Operator;
import dev.gatehouse.seclang.variable.Variable;
import java.util.List;

/**
 * The condition of a rule, or of one rule of a chain, and its effects for each matching value.
 *
 * @param targets an empty list: the condition always holds ({@code SecAction})
 * @param exclusions values that are excluded from the targets of the same variable
 * @param operatorText the operator as written, for people
 */
record Condition(
        List<Target> targets,
        List<Target> exclusions,
        boolean negated,
        Operator operator,
        String operatorText,
        Chain chain,
        boolean multiMatch,
        boolean capture,
        List<Effect> effects) {
    Condition {
        targets = List.copyOf(targets);
        exclusions = List.copyOf(exclusions);
        effects = List.copyOf(effects);
    }

    boolean excludes(Variable variable, Field field) {
        for (int i = 0; i < exclusions.size(); i++) {
            Target exclusion = exclusions.get(i);
            if (exclusion.variable() == variable && exclusion.selector().admits(field)) {
                return true;
            }
        }
        return false;
    }
}
