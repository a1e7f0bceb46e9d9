package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.operator.MatchContext;
import dev.gatehouse.seclang.transform.Transformation;
import dev.gatehouse.seclang.variable.MacroReference;
import dev.gatehouse.seclang.variable.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decides for one rule after the other whether it matches, and runs what it changes. For each matching value the effects of its
 * condition run, as in ModSecurity, also if a later rule of the chain does not match.
 */
final class Evaluation implements MatchContext {
    private static final int GROUPS = 10;

    private final Values values;
    private final Consumer<Effect.Steering> steering;
    private final Removals removals;
    private boolean capturing;
    private int captured;

    Evaluation(Values values, Consumer<Effect.Steering> steering, Removals removals) {
        this.values = values;
        this.steering = steering;
        this.removals = removals;
    }

    /** What the rule matched; empty if it did not. */
    Optional<List<MatchedValue>> match(Rule rule) {
        values.rule(rule);
        forgetGroups();
        List<MatchedValue> all = new ArrayList<>();
        for (Condition condition : rule.conditions()) {
            if (!holds(rule, condition, all)) {
                return Optional.empty();
            }
        }
        return Optional.of(all);
    }

    private boolean holds(Rule rule, Condition condition, List<MatchedValue> all) {
        if (condition.targets().isEmpty()) {
            condition.effects().forEach(this::run);
            return true;
        }
        Fields matched = new Fields();
        capturing = condition.capture();
        for (Target target : condition.targets()) {
            List<Values.Keyed> selected = selected(rule, condition, target);
            if (target.count()) {
                test(condition, target, Bytes.EMPTY, Bytes.number(selected.size()), matched, all);
            } else {
                for (Values.Keyed keyed : selected) {
                    test(condition, target, keyed.key(), keyed.value(), matched, all);
                }
            }
        }
        if (matched.size() > 0) {
            values.matched(matched);
        }
        return matched.size() > 0;
    }

    private List<Values.Keyed> selected(Rule rule, Condition condition, Target target) {
        List<Values.Keyed> selected = values.select(target);
        selected.removeIf(keyed -> condition.excludes(target.variable(), keyed.key())
                || removals.removes(rule, target.variable(), keyed.key()));
        return selected;
    }

    private void test(
            Condition condition, Target target, Bytes key, Bytes value, Fields matched, List<MatchedValue> all) {
        Bytes current = value;
        if (condition.multiMatch()) {
            testOnce(condition, target, key, current, matched, all);
        }
        for (Transformation transformation : condition.transformations()) {
            Bytes before = current;
            current = transformation.apply(current);
            if (condition.multiMatch() && !current.equals(before)) {
                testOnce(condition, target, key, current, matched, all);
            }
        }
        if (!condition.multiMatch()) {
            testOnce(condition, target, key, current, matched, all);
        }
    }

    private void testOnce(
            Condition condition, Target target, Bytes key, Bytes value, Fields matched, List<MatchedValue> all) {
        if (condition.operator().matches(value, this) == condition.negated()) {
            return;
        }
        Bytes name = name(target, key);
        matched.add(name, value);
        all.add(new MatchedValue(name.toString(), value));
        values.matching(name, value);
        condition.effects().forEach(this::run);
    }

    private static Bytes name(Target target, Bytes key) {
        String variable = (target.count() ? "&" : "") + target.variable();
        return key.length() == 0 || !target.variable().isCollection()
                ? Bytes.latin1(variable)
                : new BytesBuilder(variable.length() + key.length() + 1)
                        .append(variable)
                        .append(':')
                        .append(key)
                        .build();
    }

    private void run(Effect effect) {
        switch (effect) {
            case Effect.SetTx set ->
                values.assign(
                        set.key().expand(this).toString(),
                        set.assignment(),
                        set.value().expand(this));
            case Effect.RemoveTx remove ->
                values.remove(remove.key().expand(this).toString());
            case Effect.SetEnv set ->
                values.setEnvironment(set.name(), set.value().expand(this));
            case Effect.RemoveRules remove -> removals.add(remove.filter());
            case Effect.RemoveTarget remove -> removals.add(remove);
            case Effect.Steering other -> steering.accept(other);
        }
    }

    @Override
    public boolean capturing() {
        return capturing;
    }

    @Override
    public void capture(int group, Bytes value) {
        if (group == 0) {
            forgetGroups();
        }
        if (group < GROUPS) {
            values.assign(Integer.toString(group), Effect.Assignment.SET, value);
            captured = Math.max(captured, group + 1);
        }
    }

    private void forgetGroups() {
        for (int group = 0; group < captured; group++) {
            values.remove(Integer.toString(group));
        }
        captured = 0;
    }

    @Override
    public Bytes value(MacroReference reference) {
        return reference.variable() == Variable.TX ? values.tx(reference.key()) : values.value(reference);
    }
}
