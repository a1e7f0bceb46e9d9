package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.MatchContext;
import dev.gatehouse.seclang.operator.Numbers;
import dev.gatehouse.seclang.variable.MacroReference;
import dev.gatehouse.seclang.variable.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates one rule after the other, and runs the effects of matches. As in ModSecurity, the effects of a condition
 * run for each matching value, even if a later rule of the chain does not match.
 */
final class Evaluation implements MatchContext {
    private static final VariableName[] GROUPS = groups();
    private static final VariableName LIMITS_EXCEEDED = VariableName.of("msc_pcre_limits_exceeded");

    private static final Bytes ONE = Bytes.number(1);

    private final long steps;
    private final Values values;
    private final Consumer<Effect.Steering> steering;
    private final Removals removals;
    private final Sanitation sanitation;
    private boolean capturing;
    private int captured;

    /** The last hit of the current rule, linked to its earlier hits. */
    private @Nullable Hit hits;

    /** The targets that {@code ctl} has removed from the current rule. */
    private List<Effect.RemoveTarget> removed = List.of();

    /** @param steps the step limit of regular expressions that need backtracking */
    Evaluation(
            Values values, Consumer<Effect.Steering> steering, Removals removals, Sanitation sanitation, long steps) {
        this.steps = steps;
        this.values = values;
        this.steering = steering;
        this.removals = removals;
        this.sanitation = sanitation;
    }

    private static VariableName[] groups() {
        VariableName[] groups = new VariableName[10];
        Arrays.setAll(groups, group -> VariableName.of(Integer.toString(group)));
        return groups;
    }

    /** Whether the rule matches. {@link #hits} then has the matching values. */
    boolean matches(Rule rule) {
        values.rule(rule);
        removed = removals.targets(rule);
        hits = null;
        List<Condition> conditions = rule.conditions();
        for (int i = 0; i < conditions.size(); i++) {
            if (!holds(conditions.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The last matching value; null: the rule has no targets. */
    @Nullable
    Hit hits() {
        return hits;
    }

    private boolean holds(Condition condition) {
        if (condition.targets().isEmpty()) {
            run(condition.effects());
            return true;
        }
        capturing = condition.capture();
        Hit before = hits;
        List<Target> targets = condition.targets();
        for (int i = 0; i < targets.size(); i++) {
            look(condition, targets.get(i));
        }
        if (hits == before || hits == null) {
            return false;
        }
        // MATCHED_VARS contains the matches of the whole chain so far, as in ModSecurity 3.
        values.matched(hits);
        return true;
    }

    private void look(Condition condition, Target target) {
        Fields candidates = values.candidates(target);
        int count = 0;
        // Effects may change the collection during the loop, so its size is read in each round.
        for (int i = 0; i < candidates.size(); i++) {
            Field field = candidates.get(i);
            if (!target.selector().admits(field)
                    || condition.excludes(target.variable(), field)
                    || isRemoved(target.variable(), field)) {
                continue;
            }
            if (target.count()) {
                count++;
            } else {
                test(condition, target, field);
            }
        }
        if (target.count()) {
            count(condition, target, Bytes.number(count));
        }
    }

    private void count(Condition condition, Target target, Bytes number) {
        if (condition.chain().isEmpty()) {
            test(condition, target, Bytes.EMPTY, number, number);
        } else {
            test(condition, target, Field.of(number));
        }
    }

    private boolean isRemoved(Variable variable, Field field) {
        for (int i = 0; i < removed.size(); i++) {
            Effect.RemoveTarget removal = removed.get(i);
            if (removal.variable() == variable && removal.selector().admits(field)) {
                return true;
            }
        }
        return false;
    }

    private void test(Condition condition, Target target, Field field) {
        Chain chain = condition.chain();
        if (!condition.multiMatch()) {
            test(condition, target, field.name(), field.value(), field.after(chain));
            return;
        }
        test(condition, target, field.name(), field.value(), field.value());
        if (!chain.mayChange(field.text())) {
            return;
        }
        Bytes before = field.value();
        for (Bytes step : steps(field, chain)) {
            if (!step.equals(before)) {
                test(condition, target, field.name(), field.value(), step);
            }
            before = step;
        }
    }

    private static List<Bytes> steps(Field field, Chain chain) {
        List<Bytes> steps = new ArrayList<>();
        for (Chain at = chain; !at.isEmpty(); at = at.parent()) {
            steps.addFirst(field.after(at));
        }
        return steps;
    }

    private void test(Condition condition, Target target, Bytes key, Bytes original, Bytes value) {
        if (condition.operator().matches(value, this) != condition.negated()) {
            Hit hit = new Hit(condition, target, key, original, value, hits);
            hits = hit;
            values.matching(hit);
            run(condition.effects());
        }
    }

    private void run(List<Effect> effects) {
        for (int i = 0; i < effects.size(); i++) {
            run(effects.get(i));
        }
    }

    private void run(Effect effect) {
        switch (effect) {
            case Effect.SetVariable set ->
                values.assign(
                        set.collection(),
                        set.key().name(this),
                        set.assignment(),
                        set.value().expand(this));
            case Effect.RemoveVariable remove ->
                values.remove(remove.collection(), remove.key().name(this));
            case Effect.SetEnv set ->
                values.setEnvironment(set.name().text(this), set.value().expand(this));
            case Effect.InitCollection init -> {
                Bytes key = init.key().expand(this);
                if (key.length() > 0) {
                    values.collections().load(init.collection(), key);
                }
            }
            case Effect.ExpireVariable expire ->
                values.collections()
                        .expire(
                                expire.collection(),
                                expire.key().name(this).text(),
                                Numbers.parse(expire.seconds().expand(this)));
            case Effect.DeprecateVariable deprecate ->
                values.collections()
                        .deprecate(
                                deprecate.collection(),
                                deprecate.key().name(this).text(),
                                deprecate.amount(),
                                deprecate.seconds());
            case Effect.Sanitise sanitise -> sanitation.hide(sanitise.variable(), sanitise.name());
            case Effect.SanitiseMatched matched ->
                sanitation.hideMatched(values.single(Variable.MATCHED_VAR_NAME).toString());
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
        if (group < GROUPS.length) {
            values.assign(Variable.TX, GROUPS[group], Effect.Assignment.SET, value);
            captured = Math.max(captured, group + 1);
        }
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public void gaveUp() {
        values.exceededLimits();
        values.assign(Variable.TX, LIMITS_EXCEEDED, Effect.Assignment.SET, ONE);
    }

    @Override
    public void pathArgument(String name, Bytes value) {
        values.add(Variable.ARGS_PATH, Bytes.utf8(name), value);
    }

    /** Removes the groups of the last capturing match. Until then all rules see them, as in ModSecurity. */
    private void forgetGroups() {
        for (int group = 0; group < captured; group++) {
            values.remove(Variable.TX, GROUPS[group]);
        }
        captured = 0;
    }

    @Override
    public Bytes value(MacroReference reference) {
        return values.value(reference);
    }
}
