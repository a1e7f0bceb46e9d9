package dev.gatehouse.seclang;

import java.util.ArrayList;
import java.util.List;

/** What {@code ctl} has taken from the rules, for one transaction. */
final class Removals {
    private final List<RuleFilter> rules = new ArrayList<>();
    private final List<Effect.RemoveTarget> targets = new ArrayList<>();

    void add(RuleFilter filter) {
        if (!rules.contains(filter)) {
            rules.add(filter);
        }
    }

    void add(Effect.RemoveTarget removal) {
        if (!targets.contains(removal)) {
            targets.add(removal);
        }
    }

    boolean removes(Rule rule) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).admits(rule)) {
                return true;
            }
        }
        return false;
    }

    /** The targets that are taken from the rule. */
    List<Effect.RemoveTarget> targets(Rule rule) {
        if (targets.isEmpty()) {
            return List.of();
        }
        List<Effect.RemoveTarget> own = List.of();
        for (int i = 0; i < targets.size(); i++) {
            Effect.RemoveTarget removal = targets.get(i);
            if (removal.filter().admits(rule)) {
                own = own.isEmpty() ? new ArrayList<>() : own;
                own.add(removal);
            }
        }
        return own;
    }
}
