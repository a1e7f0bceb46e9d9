package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.operator.MatchContext;
import dev.gatehouse.seclang.operator.Numbers;
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
    private static final String[] GROUP_NAMES = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

    private static final Bytes ONE = Bytes.number(1);

    private final long steps;
    private final Values values;
    private final Consumer<Effect.Steering> steering;
    private final Removals removals;
    private final Sanitation sanitation;
    private boolean capturing;
    private int captured;
    private Fields chained = Fields.NONE;

    /** Of the rule that is evaluated. */
    private List<Effect.RemoveTarget> removed = List.of();

    private final List<MatchedValue> all = new ArrayList<>();

    /** @param steps that an expression may take which no automaton recognises */
    Evaluation(
            Values values, Consumer<Effect.Steering> steering, Removals removals, Sanitation sanitation, long steps) {
        this.steps = steps;
        this.values = values;
        this.steering = steering;
        this.removals = removals;
        this.sanitation = sanitation;
    }

    /** What the rule matched; empty if it did not. */
    Optional<List<MatchedValue>> match(Rule rule) {
        values.rule(rule);
        forgetGroups();
        removed = removals.targets(rule);
        chained = Fields.NONE;
        all.clear();
        List<Condition> conditions = rule.conditions();
        for (int i = 0; i < conditions.size(); i++) {
            if (!holds(conditions.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(List.copyOf(all));
    }

    private boolean holds(Condition condition) {
        if (condition.targets().isEmpty()) {
            run(condition.effects());
            return true;
        }
        capturing = condition.capture();
        Fields matched = Fields.NONE;
        List<Target> targets = condition.targets();
        for (int i = 0; i < targets.size(); i++) {
            matched = target(condition, targets.get(i), matched);
        }
        if (matched.size() > 0) {
            // MATCHED_VARS has what the whole chain matched so far, as in ModSecurity 3.
            chained = chained.size() == 0 ? matched : chained.and(matched);
            values.matched(chained);
        }
        return matched.size() > 0;
    }

    /** Gives back the matched ones and those of the target. */
    private Fields target(Condition condition, Target target, Fields matched) {
        Fields candidates = values.candidates(target);
        Fields found = matched;
        int count = 0;
        // Effects may change the collection that is gone through: its size is asked for each time.
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
                found = test(condition, target, field, found);
            }
        }
        return target.count() ? test(condition, target, Field.of(Bytes.number(count)), found) : found;
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

    private Fields test(Condition condition, Target target, Field field, Fields matched) {
        Chain chain = condition.chain();
        if (!condition.multiMatch()) {
            return testOnce(condition, target, field, field.after(chain), matched);
        }
        Fields found = testOnce(condition, target, field, field.value(), matched);
        Bytes before = field.value();
        for (Bytes step : steps(field, chain)) {
            if (!step.equals(before)) {
                found = testOnce(condition, target, field, step, found);
            }
            before = step;
        }
        return found;
    }

    private static List<Bytes> steps(Field field, Chain chain) {
        List<Bytes> steps = new ArrayList<>();
        for (Chain at = chain; !at.isEmpty(); at = at.parent()) {
            steps.addFirst(field.after(at));
        }
        return steps;
    }

    private Fields testOnce(Condition condition, Target target, Field field, Bytes value, Fields matched) {
        if (condition.operator().matches(value, this) == condition.negated()) {
            return matched;
        }
        Fields found = matched.size() == 0 ? new Fields() : matched;
        Field named = new Field(name(target, field.name()), value);
        found.add(named);
        all.add(new MatchedValue(
                named.name(), value, field.value(), condition.chain().toString(), condition.operatorText()));
        values.matching(named);
        run(condition.effects());
        return found;
    }

    private static Bytes name(Target target, Bytes key) {
        Bytes variable = target.label();
        return key.length() == 0 || !target.variable().isCollection()
                ? variable
                : new BytesBuilder(variable.length() + key.length() + 1)
                        .append(variable)
                        .append(':')
                        .append(key)
                        .build();
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
                        set.key().text(this),
                        set.assignment(),
                        set.value().expand(this));
            case Effect.RemoveVariable remove ->
                values.remove(remove.collection(), remove.key().text(this));
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
                                expire.key().text(this),
                                Numbers.parse(expire.seconds().expand(this)));
            case Effect.DeprecateVariable deprecate ->
                values.collections()
                        .deprecate(
                                deprecate.collection(),
                                deprecate.key().text(this),
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
        if (group < GROUPS) {
            values.assign(Variable.TX, GROUP_NAMES[group], Effect.Assignment.SET, value);
            captured = Math.max(captured, group + 1);
        }
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public void gaveUp() {
        values.set(Variable.MSC_PCRE_LIMITS_EXCEEDED, ONE);
        values.assign(Variable.TX, "msc_pcre_limits_exceeded", Effect.Assignment.SET, ONE);
    }

    @Override
    public void pathArgument(String name, Bytes value) {
        values.add(Variable.ARGS_PATH, Bytes.utf8(name), value);
    }

    private void forgetGroups() {
        for (int group = 0; group < captured; group++) {
            values.remove(Variable.TX, GROUP_NAMES[group]);
        }
        captured = 0;
    }

    @Override
    public Bytes value(MacroReference reference) {
        return values.value(reference);
    }
}
