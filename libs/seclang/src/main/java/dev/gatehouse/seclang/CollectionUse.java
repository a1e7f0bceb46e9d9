package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Variable;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds out whether rules may load a persistent collection. A rule of CRS loads one if {@code
 * tx.enable_default_collections} is set. If no rule sets this variable, CRS's rule is never reached.
 */
final class CollectionUse {
    /** The names of assigned TX variables, in lower case. */
    private final Set<String> assigned = new HashSet<>();

    private boolean anyAssigned;

    private CollectionUse(List<Rule> rules) {
        for (Rule rule : rules) {
            for (Condition condition : rule.conditions()) {
                condition.effects().forEach(this::note);
            }
        }
    }

    static boolean of(Collection<Program> programs) {
        List<Rule> rules = programs.stream().flatMap(Program::rules).toList();
        CollectionUse use = new CollectionUse(rules);
        return rules.stream().anyMatch(use::loads);
    }

    private void note(Effect effect) {
        if (effect instanceof Effect.SetVariable set && set.collection() == Variable.TX) {
            set.key().constant().ifPresentOrElse(name -> assigned.add(name.text()), () -> anyAssigned = true);
        }
    }

    private boolean loads(Rule rule) {
        for (Condition condition : rule.conditions()) {
            if (isNeverMet(condition)) {
                return false;
            }
            if (condition.effects().stream().anyMatch(Effect.InitCollection.class::isInstance)) {
                return true;
            }
        }
        return false;
    }

    private boolean isNeverMet(Condition condition) {
        return !anyAssigned
                && !condition.targets().isEmpty()
                && condition.targets().stream().allMatch(this::isNeverThere);
    }

    /**
     * True if no rule sets the target. The engine itself sets groups, whose names are digits, and a variable with an
     * underscore for exceeded limits.
     */
    private boolean isNeverThere(Target target) {
        return target.variable() == Variable.TX
                && !target.count()
                && target.selector() instanceof Selector.Key key
                && !assigned.contains(key.lower())
                && !key.lower().equals("msc_pcre_limits_exceeded")
                && !key.lower().chars().allMatch(Character::isDigit);
    }
}
