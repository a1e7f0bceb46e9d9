package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Operator;
import dev.gatehouse.seclang.operator.Screening;
import dev.gatehouse.seclang.regex.RegexSet;
import dev.gatehouse.seclang.transform.Transformation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tests many rules' operators on the same values together. The rules' transformations turn a value into several
 * distinct texts, and each distinct text is read once for all rules. Built on first use. Thread-safe.
 */
final class Screen {
    private final List<Condition> conditions;
    private final int[] bits;
    private final int words;
    /**
     * The rules' transformations as a tree, so that common beginnings of chains are computed once. The first step is
     * the root, the value itself. The descendants of a step follow it without a gap.
     */
    private final Step[] steps;

    private volatile @Nullable RegexSet set;

    /**
     * A transformation in the tree.
     *
     * @param end the index after its last descendant
     * @param wanted the conditions that test its result
     * @param changingAfter the transformations of all its descendants, as bits
     * @param known a cache of reaches, by the transformations that may change the result
     */
    private record Step(Transformation transformation, int end, long[] wanted, long changingAfter, Reach[] known) {}

    /**
     * The effect of a step's descendants on a text. Most transformations leave most texts unchanged, and the text's
     * bytes tell which ones may change it. A test of a value visits only these.
     *
     * @param changing the descendants' transformations that may change the text
     * @param wanted the conditions that test the unchanged text
     * @param changed the steps that may change the text
     */
    private record Reach(long changing, long[] wanted, boolean wantsAny, int[] changed) {}

    /** The binary logarithm of the size of a step's cache. With up to five transformations the cache holds every case. */
    private static final int MOST_KINDS = 5;

    private static final Reach[] NOTHING_KNOWN = {};

    /** Reusable buffers for one thread. */
    static final class Scratch {
        /** The distinct texts of a value, and the conditions that test each. */
        private Text[] texts = new Text[8];

        private long[][] wanted = new long[8][];
        private long[] candidates = {};
        private long[] found = {};

        private void reserve(int steps, int words) {
            if (texts.length < steps) {
                texts = new Text[steps];
                wanted = new long[steps][];
            }
            if (found.length < words) {
                candidates = new long[words];
                found = new long[words];
                Arrays.fill(wanted, null);
            }
        }

        private void want(int index, long[] conditions, int words) {
            if (wanted[index] == null) {
                wanted[index] = new long[found.length];
            }
            System.arraycopy(conditions, 0, wanted[index], 0, words);
        }

        /** Releases all references to a transaction. */
        void forget() {
            Arrays.fill(texts, null);
        }
    }

    /**
     * @param conditions whose operators can be screened
     * @param bits the index of each condition in the result bits
     */
    Screen(List<Condition> conditions, List<Integer> bits) {
        Map<Chain, List<Integer>> byChain = new LinkedHashMap<>();
        for (int i = 0; i < conditions.size(); i++) {
            byChain.computeIfAbsent(conditions.get(i).chain(), chain -> new ArrayList<>())
                    .add(i);
        }
        this.words = (conditions.size() + 63) / 64;
        this.conditions = new ArrayList<>();
        this.bits = new int[conditions.size()];
        Map<Chain, long[]> asked = new LinkedHashMap<>();
        // Conditions of one chain get neighbouring places, since they test the same text and may share an automaton.
        for (List<Integer> members : byChain.values()) {
            for (int member : members) {
                Condition condition = conditions.get(member);
                int number = this.conditions.size();
                this.conditions.add(condition);
                this.bits[number] = bits.get(member);
                for (Chain chain : chains(condition)) {
                    asked.computeIfAbsent(chain, each -> new long[words])[number >> 6] |= 1L << number;
                }
            }
        }
        this.steps = steps(asked);
    }

    /** The chains whose results the condition tests; with {@code multiMatch} also the value itself and all intermediate results. */
    private static List<Chain> chains(Condition condition) {
        List<Chain> chains = new ArrayList<>(List.of(condition.chain()));
        for (Chain at = condition.chain(); condition.multiMatch() && !at.isEmpty(); at = at.parent()) {
            chains.add(at.parent());
        }
        return chains;
    }

    private Step[] steps(Map<Chain, long[]> asked) {
        Map<Chain, List<Chain>> followers = new LinkedHashMap<>();
        for (Chain chain : asked.keySet()) {
            Chain at = chain;
            while (!at.isEmpty()) {
                List<Chain> known = followers.computeIfAbsent(at.parent(), parent -> new ArrayList<>());
                if (!known.contains(at)) {
                    known.add(at);
                }
                at = at.parent();
            }
        }
        Chain root = asked.keySet().iterator().next();
        while (!root.isEmpty()) {
            root = root.parent();
        }
        List<Step> all = new ArrayList<>();
        add(root, followers, asked, all);
        return all.toArray(Step[]::new);
    }

    /** Adds the chain's last step and its descendants. */
    private Step add(Chain chain, Map<Chain, List<Chain>> followers, Map<Chain, long[]> asked, List<Step> all) {
        int own = all.size();
        long[] wanted = asked.getOrDefault(chain, new long[words]);
        long changing = 0;
        all.add(new Step(chain.last(), own, wanted, changing, NOTHING_KNOWN));
        for (Chain next : followers.getOrDefault(chain, List.of())) {
            Step following = add(next, followers, asked, all);
            changing |= following.changingAfter | following.transformation.bit();
        }
        int kinds = 1 << Math.min(Long.bitCount(changing), MOST_KINDS);
        Step made = new Step(chain.last(), all.size(), wanted, changing, new Reach[kinds]);
        all.set(own, made);
        return made;
    }

    static boolean screens(Operator operator) {
        return operator instanceof Screening;
    }

    /** Sets the bits of the conditions that may match one of the values. */
    void find(Fields fields, Selector selector, long[] found, Scratch scratch) {
        RegexSet together = set();
        scratch.reserve(steps.length, words);
        Arrays.fill(scratch.found, 0, words, 0);
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            if (selector.admits(field)) {
                search(together, field.text(), scratch);
            }
        }
        for (int word = 0; word < words; word++) {
            for (long rest = scratch.found[word]; rest != 0; rest &= rest - 1) {
                int bit = bits[word * 64 + Long.numberOfTrailingZeros(rest)];
                found[bit >> 6] |= 1L << bit;
            }
        }
    }

    private void search(RegexSet together, Text value, Scratch scratch) {
        Reach reach = reach(0, value);
        if (reach.changed.length == 0) {
            search(together, value, reach.wanted, scratch);
            return;
        }
        int texts = follow(reach, value, 0, scratch);
        for (int i = 0; i < texts; i++) {
            search(together, scratch.texts[i], scratch.wanted[i], scratch);
        }
    }

    /** Records the conditions that test the text, and follows its reach; returns the new number of texts. */
    private int follow(Reach reach, Text text, int texts, Scratch scratch) {
        int count = reach.wantsAny ? want(text, reach.wanted, texts, scratch) : texts;
        for (int next : reach.changed) {
            Text changed = text.then(steps[next].transformation);
            count = follow(reach(next, changed), changed, count, scratch);
        }
        return count;
    }

    /** The reach of {@code text} as the result of the step. */
    private Reach reach(int number, Text text) {
        Step step = steps[number];
        long changing = text.changing() & step.changingAfter;
        // Two threads may compute the same entry. Each sees the other's entry completely or not at all.
        int place = (int) ((changing * 0x9E3779B97F4A7C15L) >>> 59) & (step.known.length - 1);
        Reach known = step.known[place];
        if (known == null || known.changing != changing) {
            known = findOut(number, changing);
            step.known[place] = known;
        }
        return known;
    }

    private Reach findOut(int number, long changing) {
        long[] wanted = new long[words];
        List<Integer> changed = new ArrayList<>();
        leave(number, changing, wanted, changed);
        return new Reach(
                changing,
                wanted,
                isAny(wanted),
                changed.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Collects the reach from a step whose result is the unchanged text. */
    private void leave(int number, long changing, long[] wanted, List<Integer> changed) {
        for (int word = 0; word < words; word++) {
            wanted[word] |= steps[number].wanted[word];
        }
        for (int next = number + 1; next < steps[number].end; next = steps[next].end) {
            if ((steps[next].transformation.bit() & changing) == 0) {
                leave(next, changing, wanted, changed);
            } else {
                changed.add(next);
            }
        }
    }

    private static boolean isAny(long[] conditions) {
        for (long word : conditions) {
            if (word != 0) {
                return true;
            }
        }
        return false;
    }

    /** Records the conditions that test the text; returns the new number of texts. */
    private int want(Text text, long[] conditions, int texts, Scratch scratch) {
        for (int i = 0; i < texts; i++) {
            if (scratch.texts[i] == text) {
                for (int word = 0; word < words; word++) {
                    scratch.wanted[i][word] |= conditions[word];
                }
                return texts;
            }
        }
        scratch.texts[texts] = text;
        scratch.want(texts, conditions, words);
        return texts + 1;
    }

    private static void search(RegexSet together, Text text, long[] wanted, Scratch scratch) {
        Bytes bytes = text.bytes();
        together.search(
                bytes.array(),
                bytes.offset(),
                bytes.offset() + bytes.length(),
                text.present(),
                wanted,
                scratch.found,
                scratch.candidates);
    }

    private RegexSet set() {
        RegexSet made = set;
        if (made == null) {
            synchronized (this) {
                made = set;
                if (made == null) {
                    made = Screening.together(conditions.stream()
                            .map(condition -> (Screening) condition.operator())
                            .toList());
                    set = made;
                }
            }
        }
        return made;
    }
}
