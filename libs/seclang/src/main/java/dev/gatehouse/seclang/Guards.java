package dev.gatehouse.seclang;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the conditions that decide, by {@code skip} or {@code skipAfter}, whether the rules of a phase are reached. */
final class Guards {
    private Guards() {}

    /**
     * For each rule, the numbers of the conditions that may skip it. Conditions with equal texts have one number, since
     * they nearly always hold together.
     */
    static List<BitSet> of(Rule[] rules, Map<String, int[]> labels) {
        List<BitSet> guards = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < rules.length; i++) {
            guards.add(new BitSet());
        }
        for (int i = 0; i < rules.length; i++) {
            int next = next(rules[i], i, rules.length, labels);
            if (next > i + 1) {
                int guard = numbers.computeIfAbsent(text(rules[i]), any -> numbers.size());
                for (int passed = i + 1; passed < next; passed++) {
                    guards.get(passed).set(guard);
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
