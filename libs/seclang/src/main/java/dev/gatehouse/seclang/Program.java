package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Variable;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The rules of a phase in order, and the positions of its labels (markers and rule ids). */
final class Program {
    private static final int[] NO_PLACES = {};

    private final Rule[] rules;
    private final Map<String, int[]> labels;
    private final Screens screens;
    private final Set<Variable.Origin> needs = EnumSet.noneOf(Variable.Origin.class);

    /** @param labels for each label the indices of the rules that follow it, ascending */
    Program(List<Rule> rules, Map<String, int[]> labels) {
        this.rules = rules.toArray(new Rule[0]);
        this.labels = new HashMap<>(labels);
        this.screens = Screens.of(this.rules, this.labels);
        rules.forEach(rule -> rule.reads().forEach(variable -> needs.add(variable.origin())));
    }

    int size() {
        return rules.length;
    }

    Rule rule(int index) {
        return rules[index];
    }

    Stream<Rule> rules() {
        return Arrays.stream(rules);
    }

    /** Adds to {@code chosen} the rules that the filter admits. */
    void choose(RuleFilter filter, Set<Rule> chosen) {
        for (Rule rule : rules) {
            if (filter.admits(rule)) {
                chosen.add(rule);
            }
        }
    }

    Screens screens() {
        return screens;
    }

    /** The first index after {@code from} that follows the label; the end if there is no such label, as in ModSecurity. */
    int after(String label, int from) {
        for (int index : labels.getOrDefault(label, NO_PLACES)) {
            if (index > from) {
                return index;
            }
        }
        return rules.length;
    }

    /** Whether one of the rules may read that part of the transaction. */
    boolean needs(Variable.Origin origin) {
        return needs.contains(origin);
    }
}
