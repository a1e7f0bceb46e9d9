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
 * Which rules of a phase are looked at together. Rules that the same {@code skipAfter}s pass over (those of a paranoia level, say) are
 * a family: they run or do not run together. What the rules of a family that have a target in common look for in its values is one
 * look, which tells of all of them which may match.
 */
final class Screens {
    /** Of a phase without rules. */
    static final Screens NOTHING = of(new Rule[0], Map.of());

    private static final int[] NO_LOOKS = {};

    private final int[][] looksOf;
    private final int[] bitOf;
    private final List<Look> looks;

    /**
     * At the values of a target, for the rules of a family that have it.
     *
     * @param words that the bits of the family take
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

    /** The numbers of the looks for the rule: none of a rule that is not screened. */
    int[] looksOf(int rule) {
        return looksOf[rule];
    }

    /** Of the rule in what is found. */
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
