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
 * The operators of many rules that look at the same values, asked together: each distinct text that a value becomes by the rules'
 * transformations is read once for all of them. Built when the first value asks. For any number of threads.
 */
final class Screen {
    private final List<Condition> conditions;
    private final int[] bits;
    private final int words;
    /**
     * What the rules make of a value: their transformations as a tree, so that what chains begin with is done once. The value itself
     * is the root and the first; each step is before those that follow it, and these are next to each other.
     */
    private final Step[] steps;

    private volatile @Nullable RegexSet set;

    /**
     * A transformation on the way of a chain.
     *
     * @param end behind the last step that follows it
     * @param wanted the conditions that look at its result
     * @param changingAfter the transformations of all steps that follow, as bits
     * @param known what was found out of texts that its result may be, by the transformations that may change them
     */
    private record Step(Transformation transformation, int end, long[] wanted, long changingAfter, Reach[] known) {}

    /**
     * Where a text goes from a step: most transformations that follow leave most texts alone, and which ones do follows from a text's
     * bytes. A look at a value goes through no others.
     *
     * @param changing those of the transformations that follow that may change the text
     * @param wanted the conditions that look at the text as it is
     * @param changed the steps that may make another text of it
     */
    private record Reach(long changing, long[] wanted, boolean wantsAny, int[] changed) {}

    /** Kinds of texts that a step remembers, as a power of two: by five transformations, all that there can be. */
    private static final int MOST_KINDS = 5;

    private static final Reach[] NOTHING_KNOWN = {};

    /** Space to work in, for one thread. */
    static final class Scratch {
        /** The distinct texts that a value has become, and who wants each. */
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

        /** Holds on to nothing of a transaction. */
        void forget() {
            Arrays.fill(texts, null);
        }
    }

    /**
     * @param conditions whose operators can be screened
     * @param bits of each of them in what is found
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
        // Those of a chain are next to each other: they are looked for in the same text, perhaps as one automaton.
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

    /** Whose results the condition looks at: with {@code multiMatch} the value itself and all on the way. */
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

    /** Adds the chain's last step and all that follow it. */
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

    /** Sets the bits of the conditions that one of the values may meet. */
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

    /** Notes who wants the text, and what follows from it; how many texts there are then. */
    private int follow(Reach reach, Text text, int texts, Scratch scratch) {
        int count = reach.wantsAny ? want(text, reach.wanted, texts, scratch) : texts;
        for (int next : reach.changed) {
            Text changed = text.then(steps[next].transformation);
            count = follow(reach(next, changed), changed, count, scratch);
        }
        return count;
    }

    /** Where the text goes that is the result of the step. */
    private Reach reach(int number, Text text) {
        Step step = steps[number];
        long changing = text.changing() & step.changingAfter;
        // Two threads may find out the same: each sees what the other has made as a whole, or not at all.
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

    /** Goes on from a step whose result is the text. */
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

    /** Notes who wants the text; how many texts there are then. */
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
