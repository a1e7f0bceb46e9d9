package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.Variable;
import java.util.ArrayList;
import java.util.List;

/** What {@code ctl} has taken from the rules, for one transaction. */
final class Removals {
    private final List<RuleFilter> rules = new ArrayList<>();
    private final List<Effect.RemoveTarget> targets = new ArrayList<>();

    void add(RuleFilter filter) {
        rules.add(filter);
    }

    void add(Effect.RemoveTarget removal) {
        targets.add(removal);
    }

    boolean removes(Rule rule) {
        for (RuleFilter filter : rules) {
            if (filter.admits(rule)) {
                return true;
            }
        }
        return false;
    }

    boolean removes(Rule rule, Variable variable, Bytes key) {
        for (Effect.RemoveTarget removal : targets) {
            if (removal.variable() == variable
                    && removal.selector().admits(key)
                    && removal.filter().admits(rule)) {
                return true;
            }
        }
        return false;
    }
}
