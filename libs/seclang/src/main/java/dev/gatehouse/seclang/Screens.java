package dev.gatehouse.seclang;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which rules of a phase are looked at together. Rules that the same {@code skipAfter}s pass over (those of a paranoia level, say) are
 * a family: they run or do not run together. Rules of a family with the same targets are a batch: one look at the values of the
 * targets tells which of them may match.
 */
final class Screens {
    /** Of a rule that is not screened. */
    static final int NONE = -1;

    /** Of a phase without rules. */
    static final Screens NOTHING = of(new Rule[0], Map.of());

    private final int[] batchOf;
    private final int[] bitOf;
    private final List<Batch> batches;

    /**
     * Rules with the same targets.
     *
     * @param screens of each target
     * @param words that the bits of the batch's family take
     */
    record Batch(List<Target> targets, List<Screen> screens, int words) {}

    private Screens(int[] batchOf, int[] bitOf, List<Batch> batches) {
        this.batchOf = batchOf;
        this.bitOf = bitOf;
        this.batches = List.copyOf(batches);
    }

    int batches() {
        return batches.size();
    }

    Batch batch(int number) {
        return batches.get(number);
    }

    /** The number of the rule's batch, or {@link #NONE}. */
    int batchOf(int rule) {
        return batchOf[rule];
    }

    /** Of the rule in what is found for its batch. */
    int bitOf(int rule) {
        return bitOf[rule];
    }

    static Screens of(Rule[] rules, Map<String, int[]> labels) {
        int[] batchOf = new int[rules.length];
        int[] bitOf = new int[rules.length];
        Map<Set<String>, List<Integer>> families = new LinkedHashMap<>();
        List<Set<String>> guards = Guards.of(rules, labels);
        for (int i = 0; i < rules.length; i++) {
            batchOf[i] = NONE;
            if (canBeScreened(rules[i])) {
                families.computeIfAbsent(guards.get(i), family -> new ArrayList<>())
                        .add(i);
            }
        }
        List<Batch> batches = new ArrayList<>();
        families.values().forEach(members -> batch(rules, members, batchOf, bitOf, batches));
        return new Screens(batchOf, bitOf, batches);
    }

    private static boolean canBeScreened(Rule rule) {
        Condition first = rule.conditions().getFirst();
        return !first.targets().isEmpty()
                && !first.negated()
                && Screen.screens(first.operator())
                && first.targets().stream()
                        .allMatch(target -> !target.count() && target.variable().isSteady());
    }

    private static void batch(Rule[] rules, List<Integer> members, int[] batchOf, int[] bitOf, List<Batch> batches) {
        int words = (members.size() + 63) / 64;
        Map<Target, List<Integer>> byTarget = new LinkedHashMap<>();
        for (int bit = 0; bit < members.size(); bit++) {
            int rule = members.get(bit);
            bitOf[rule] = bit;
            for (Target target : Set.copyOf(rules[rule].conditions().getFirst().targets())) {
                byTarget.computeIfAbsent(target, each -> new ArrayList<>()).add(bit);
            }
        }
        Map<List<Integer>, Screen> screens = new HashMap<>();
        Map<List<Target>, Integer> known = new HashMap<>();
        for (int rule : members) {
            List<Target> targets = rules[rule].conditions().getFirst().targets();
            Integer batch = known.get(targets);
            if (batch == null) {
                batch = batches.size();
                known.put(targets, batch);
                List<Screen> own = new ArrayList<>();
                for (Target target : targets) {
                    own.add(screens.computeIfAbsent(
                            byTarget.getOrDefault(target, List.of()), bits -> screen(rules, members, bits)));
                }
                batches.add(new Batch(targets, own, words));
            }
            batchOf[rule] = batch;
        }
    }

    private static Screen screen(Rule[] rules, List<Integer> members, List<Integer> bits) {
        return new Screen(
                bits.stream()
                        .map(bit -> rules[members.get(bit)].conditions().getFirst())
                        .toList(),
                bits);
    }
}
