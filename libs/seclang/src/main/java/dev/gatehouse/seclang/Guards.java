package dev.gatehouse.seclang;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which conditions decide, by {@code skip} or {@code skipAfter}, whether the rules of a phase are come to. */
final class Guards {
    private Guards() {}

    /** For each rule the conditions of those that may pass it over, as text: the same text holds for all at once, or nearly so. */
    static List<Set<String>> of(Rule[] rules, Map<String, int[]> labels) {
        List<Set<String>> guards = new ArrayList<>();
        for (int i = 0; i < rules.length; i++) {
            guards.add(new LinkedHashSet<>());
        }
        for (int i = 0; i < rules.length; i++) {
            int next = next(rules[i], i, rules.length, labels);
            if (next > i + 1) {
                String guard = text(rules[i]);
                for (int passed = i + 1; passed < next; passed++) {
                    guards.get(passed).add(guard);
                }
            }
        }
        return guards;
    }

    private static int next(Rule rule, int at, int end, Map<String, int[]> labels) {
        if (rule.skipAfter().isEmpty()) {
            return Math.min(at + 1 + rule.skip(), end);
        }
        for (int index : labels.getOrDefault(rule.skipAfter(), new int[0])) {
            if (index > at) {
                return index;
            }
        }
        return end;
    }

    private static String text(Rule rule) {
        StringBuilder text = new StringBuilder();
        for (Condition condition : rule.conditions()) {
            text.append(condition.targets())
                    .append(condition.exclusions())
                    .append(condition.operatorText())
                    .append(condition.chain())
                    .append('\n');
        }
        return text.toString();
    }
}
