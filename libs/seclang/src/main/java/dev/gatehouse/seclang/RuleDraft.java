package dev.gatehouse.seclang;

import dev.gatehouse.seclang.operator.Operator;
import dev.gatehouse.seclang.parse.ActionText;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.variable.Macro;
import dev.gatehouse.seclang.variable.MacroReference;
import dev.gatehouse.seclang.variable.Variable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A rule that later directives may still change. Keeps its source texts and makes the rule from them. */
final class RuleDraft {
    private static final int FORBIDDEN = 403;
    private static final Set<String> OF_THE_FIRST =
            Set.of("id", "phase", "pass", "block", "deny", "drop", "allow", "redirect", "skip", "skipafter");

    /** One rule of a chain. */
    static final class Member {
        final Span name;
        final List<Target> targets;
        final List<Target> exclusions;
        final boolean negated;
        final Operator operator;
        final String operatorText;
        final List<Macro> operatorMacros;
        private List<ActionText> actions;
        /** The actions once they are read. */
        private Optional<Actions> read = Optional.empty();

        Member(
                Span name,
                List<Target> targets,
                List<Target> exclusions,
                boolean negated,
                Operator operator,
                String operatorText,
                List<Macro> operatorMacros,
                List<ActionText> actions) {
            this.name = name;
            this.targets = new ArrayList<>(targets);
            this.exclusions = new ArrayList<>(exclusions);
            this.negated = negated;
            this.operator = operator;
            this.operatorText = operatorText;
            this.operatorMacros = List.copyOf(operatorMacros);
            this.actions = actions;
        }

        /** The actions; throws if they are invalid. */
        Actions actions() throws SecLangException {
            if (read.isEmpty()) {
                read = Optional.of(Actions.read(actions));
            }
            return read.get();
        }

        /** Appends actions. */
        void act(List<ActionText> more) {
            List<ActionText> all = new ArrayList<>(actions);
            all.addAll(more);
            actions = all;
            read = Optional.empty();
        }
    }

    private final Map<Phase, Actions> defaults;
    private final Chain.Tree chains;
    private final List<Member> members = new ArrayList<>();

    /** @param defaults the {@code SecDefaultAction}s in effect at the rule's place */
    RuleDraft(Map<Phase, Actions> defaults, Chain.Tree chains) {
        this.defaults = Map.copyOf(defaults);
        this.chains = chains;
    }

    void add(Member member) {
        members.add(member);
    }

    Member first() {
        return members.getFirst();
    }

    /** A member by its index in the chain, as in {@code 1001:2}. */
    Optional<Member> member(int index) {
        return index < members.size() ? Optional.of(members.get(index)) : Optional.empty();
    }

    Rule compile() throws SecLangException {
        Actions actions = first().actions();
        Span name = first().name;
        long id =
                actions.id().orElseThrow(() -> name.error(name + " without an id (expected: an action as in id:1001)"));
        Phase phase = actions.phase().orElse(Phase.REQUEST_BODY);
        Optional<Actions> inherited = Optional.ofNullable(defaults.get(phase));
        Set<Variable> reads = EnumSet.noneOf(Variable.class);
        List<Condition> conditions = new ArrayList<>();
        List<Actions> others = new ArrayList<>();
        for (Member member : members) {
            Actions own = member.actions();
            if (member != first()) {
                checkChained(member);
                others.add(own);
            }
            conditions.add(condition(member, own, inherited, reads));
        }
        Disruption fallback = inherited.flatMap(Actions::disruption).orElse(new Disruption.Pass());
        Disruption disruption = actions.disruption().orElse(fallback);
        int status = actions.status()
                .orElseGet(() -> inherited
                        .map(Actions::status)
                        .orElse(OptionalInt.empty())
                        .orElse(FORBIDDEN));
        return new Rule(
                id,
                phase,
                name.position(),
                conditions,
                disruption instanceof Disruption.Block ? fallback : disruption,
                status,
                actions.note(inherited, others),
                actions.skip(),
                actions.skipAfter(),
                reads);
    }

    private Condition condition(Member member, Actions actions, Optional<Actions> inherited, Set<Variable> reads) {
        member.targets.forEach(target -> reads.add(target.variable()));
        note(member.operatorMacros, reads);
        note(actions.macros(), reads);
        return new Condition(
                member.targets,
                member.exclusions,
                member.negated,
                member.operator,
                member.operatorText,
                chains.of(actions.transformations(
                        inherited.map(from -> from.transformations(List.of())).orElse(List.of()))),
                actions.multiMatch(),
                actions.capture(),
                actions.effects());
    }

    private static void note(List<Macro> macros, Set<Variable> reads) {
        for (Macro macro : macros) {
            for (MacroReference reference : macro.references()) {
                reads.add(reference.variable());
            }
        }
    }

    private static void checkChained(Member member) throws SecLangException {
        for (ActionText action : member.actions) {
            String name = action.name().text().toLowerCase(Locale.ROOT);
            if (OF_THE_FIRST.contains(name)) {
                throw action.name()
                        .error("action " + name
                                + " on a rule inside of a chain (expected: on the rule that begins it)");
            }
        }
    }
}
