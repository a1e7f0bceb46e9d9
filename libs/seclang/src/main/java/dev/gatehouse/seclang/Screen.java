package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Operator;
import dev.gatehouse.seclang.operator.Screening;
import dev.gatehouse.seclang.regex.RegexSet;
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
    private static final long[] NOTHING = {};

    private final List<Condition> conditions;
    private final int[] bits;
    private final int words;
    private final Chain[] chains;
    /** Of each chain its conditions. */
    private final long[][] wanted;

    private final long[] all;
    /** A text without any of these bytes is the same after all chains, unless one changes any text. */
    private final ByteSet touched;

    private final boolean changesAny;

    private volatile @Nullable RegexSet set;

    /** Space to work in, for one thread. */
    static final class Scratch {
        private Text[] texts = new Text[8];
        private long[][] wanted = new long[8][];
        private long[] candidates = {};
        private long[] found = {};

        private void reserve(int chains, int words) {
            if (texts.length < chains) {
                texts = new Text[chains];
                wanted = new long[chains][];
            }
            for (int i = 0; i < chains; i++) {
                if (wanted[i] == null || wanted[i].length != words) {
                    wanted[i] = new long[words];
                }
            }
            if (found.length != words) {
                candidates = new long[words];
                found = new long[words];
            }
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
        this.chains = asked.keySet().toArray(new Chain[0]);
        this.wanted = asked.values().toArray(new long[0][]);
        this.all = new long[words];
        ByteSet touched = ByteSet.NONE;
        boolean changesAny = false;
        for (int i = 0; i < chains.length; i++) {
            touched = touched.or(chains[i].touched());
            changesAny |= chains[i].changesAny();
            for (int word = 0; word < words; word++) {
                all[word] |= wanted[i][word];
            }
        }
        this.touched = touched;
        this.changesAny = changesAny;
    }

    /** Whose results the condition looks at: with {@code multiMatch} the value itself and all on the way. */
    private static List<Chain> chains(Condition condition) {
        List<Chain> chains = new ArrayList<>(List.of(condition.chain()));
        for (Chain at = condition.chain(); condition.multiMatch() && !at.isEmpty(); at = at.parent()) {
            chains.add(at.parent());
        }
        return chains;
    }

    static boolean screens(Operator operator) {
        return operator instanceof Screening;
    }

    /** Adds the bits of the conditions that the value may meet. */
    void find(Field field, long[] found, Scratch scratch) {
        long[] own = field.found(this);
        if (own == null) {
            own = search(field, scratch);
            field.found(this, own);
        }
        for (int word = 0; word < own.length; word++) {
            for (long rest = own[word]; rest != 0; rest &= rest - 1) {
                int bit = bits[word * 64 + Long.numberOfTrailingZeros(rest)];
                found[bit >> 6] |= 1L << bit;
            }
        }
    }

    private long[] search(Field field, Scratch scratch) {
        RegexSet together = set();
        scratch.reserve(chains.length, words);
        Text text = field.text();
        if (!changesAny && !touched.intersects(text.present())) {
            Arrays.fill(scratch.found, 0);
            search(together, text, all, scratch);
            return found(scratch);
        }
        int texts = 0;
        for (int i = 0; i < chains.length; i++) {
            Text made = text.after(chains[i]);
            int at = 0;
            while (at < texts && scratch.texts[at] != made) {
                at++;
            }
            if (at == texts) {
                scratch.texts[texts] = made;
                System.arraycopy(wanted[i], 0, scratch.wanted[texts++], 0, words);
            } else {
                for (int word = 0; word < words; word++) {
                    scratch.wanted[at][word] |= wanted[i][word];
                }
            }
        }
        Arrays.fill(scratch.found, 0);
        for (int i = 0; i < texts; i++) {
            search(together, scratch.texts[i], scratch.wanted[i], scratch);
        }
        return found(scratch);
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

    private static long[] found(Scratch scratch) {
        for (long word : scratch.found) {
            if (word != 0) {
                return scratch.found.clone();
            }
        }
        return NOTHING;
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
