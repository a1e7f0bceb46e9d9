package dev.gatehouse.seclang;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Groups the rules of a phase that are tested together. Rules that the same {@code skipAfter}s skip (for example, the
 * rules of a paranoia level) form a family, since they run together or not at all. The rules of a family with a common
 * target share one look at the target's values. The look tells which of them may match.
 */
final class Screens {
    /** The screens of a phase without rules. */
    static final Screens NOTHING = of(new Rule[0], Map.of());

    private static final int[] NO_LOOKS = {};

    private final int[][] looksOf;
    private final int[] bitOf;
    private final List<Look> looks;

    /**
     * A look at the values of a target, for the family's rules with this target.
     *
     * @param words the number of longs for the family's bits
     */
    record Look(Target target, Screen screen, int words) {}

    private Screens(int[][] looksOf, int[] bitOf, List<Look> looks) {
        this.looksOf = looksOf;
        this.bitOf = bitOf;
        this.looks = List.copyOf(looks);
    }

    int size() {
        return looks.size();
    }

    Look look(int number) {
        return looks.get(number);
    }

    /** The numbers of the rule's looks; empty for a rule that is not screened. */
    int[] looksOf(int rule) {
        return looksOf[rule];
    }

    /** The index of the rule's result bit. */
    int bitOf(int rule) {
        return bitOf[rule];
    }

    static Screens of(Rule[] rules, Map<String, int[]> labels) {
        int[][] looksOf = new int[rules.length][];
        int[] bitOf = new int[rules.length];
        Map<BitSet, List<Integer>> families = new LinkedHashMap<>();
        List<BitSet> guards = Guards.of(rules, labels);
        for (int i = 0; i < rules.length; i++) {
            looksOf[i] = NO_LOOKS;
            if (canBeScreened(rules[i])) {
                families.computeIfAbsent(guards.get(i), family -> new ArrayList<>())
                        .add(i);
            }
        }
        List<Look> looks = new ArrayList<>();
        families.values().forEach(members -> look(rules, members, looksOf, bitOf, looks));
        return new Screens(looksOf, bitOf, looks);
    }

    private static boolean canBeScreened(Rule rule) {
        Condition first = rule.conditions().getFirst();
        return !first.targets().isEmpty()
                && !first.negated()
                && Screen.screens(first.operator())
                && first.targets().stream()
                        .allMatch(target -> !target.count() && target.variable().isSteady());
    }

    private static void look(Rule[] rules, List<Integer> members, int[][] looksOf, int[] bitOf, List<Look> looks) {
        int words = (members.size() + 63) / 64;
        Map<Target, List<Integer>> byTarget = new LinkedHashMap<>();
        for (int bit = 0; bit < members.size(); bit++) {
            int rule = members.get(bit);
            bitOf[rule] = bit;
            for (Target target : targets(rules[rule])) {
                byTarget.computeIfAbsent(target, each -> new ArrayList<>()).add(bit);
            }
        }
        Map<List<Integer>, Screen> screens = new HashMap<>();
        Map<Target, Integer> numbers = new HashMap<>();
        byTarget.forEach((target, bits) -> {
            numbers.put(target, looks.size());
            looks.add(new Look(
                    target, screens.computeIfAbsent(bits, rulesOfIt -> screen(rules, members, rulesOfIt)), words));
        });
        for (int rule : members) {
            looksOf[rule] = targets(rules[rule]).stream()
                    .mapToInt(target -> numbers.getOrDefault(target, 0))
                    .toArray();
        }
    }

    private static Set<Target> targets(Rule rule) {
        return new LinkedHashSet<>(rule.conditions().getFirst().targets());
    }

    private static Screen screen(Rule[] rules, List<Integer> members, List<Integer> bits) {
        return new Screen(
                bits.stream()
                        .map(bit -> rules[members.get(bit)].conditions().getFirst())
                        .toList(),
                bits);
    }
}
