package dev.gatehouse.seclang;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The rules and targets that {@code ctl} has removed in one transaction. Checked before each rule. */
final class Removals {
    private final RuleSet ruleSet;
    private final List<Set<Rule>> rules = new ArrayList<>(0);
    private final List<Removal> targets = new ArrayList<>(0);

    /** A target that is removed from some rules. */
    private record Removal(Effect.RemoveTarget target, Set<Rule> from) {}

    Removals(RuleSet ruleSet) {
        this.ruleSet = ruleSet;
    }

    void add(RuleFilter filter) {
        Set<Rule> chosen = ruleSet.chosen(filter);
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i) == chosen) {
                return;
            }
        }
        rules.add(chosen);
    }

    void add(Effect.RemoveTarget target) {
        for (int i = 0; i < targets.size(); i++) {
            if (targets.get(i).target().equals(target)) {
                return;
            }
        }
        targets.add(new Removal(target, ruleSet.chosen(target.filter())));
    }

    boolean removes(Rule rule) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).contains(rule)) {
                return true;
            }
        }
        return false;
    }

    /** The targets that are removed from the rule. */
    List<Effect.RemoveTarget> targets(Rule rule) {
        List<Effect.RemoveTarget> own = List.of();
        for (int i = 0; i < targets.size(); i++) {
            Removal removal = targets.get(i);
            if (removal.from().contains(rule)) {
                own = own.isEmpty() ? new ArrayList<>() : own;
                own.add(removal.target());
            }
        }
        return own;
    }
}
