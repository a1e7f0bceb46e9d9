package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells which of many patterns a text may match, in about the time that one takes: one pass finds the literals that each of them
 * needs, and only those that have theirs are run; those that need none are run together as one automaton. For any number of threads.
 */
public final class RegexSet {
    /** More in one automaton are fewer passes and, at some number, too many states. */
    private static final int TOGETHER = 32;

    private static final int MOST_STEPS = 50_000;

    private final Candidate[] candidates;
    private final int words;
    private final LiteralScanner scanner;
    /** Those with literals of more than a byte. */
    private final long[] scanned;
    /** Of each byte those that have it as a literal: whether a text has one is known before it is read. */
    private final long[] @Nullable [] single = new long[256][];

    private final ByteSet anySingle;
    /** Those without that are no automaton. */
    private final long[] always;

    private final Together[] together;

    /**
     * What may match.
     *
     * @param literals the text has one of them, in any case of ASCII letters, if it matches: in lower case, as Latin-1; none:
     *     nothing is known
     * @param bytes the text has one of them if it matches
     * @param test what says of a text that has all that whether it may match
     * @param regex what can be run together with others, if it needs no literals; null: it cannot
     */
    public record Candidate(
            List<String> literals,
            int minLength,
            ByteSet bytes,
            Test test,
            @Nullable Regex regex) {
        public Candidate {
            literals = List.copyOf(literals);
        }

        /** Of which nothing more is known. */
        public Candidate(List<String> literals, int minLength, ByteSet bytes) {
            this(literals, minLength, bytes, (text, from, to) -> true);
        }

        /** That is no pattern. */
        public Candidate(List<String> literals, int minLength, ByteSet bytes, Test test) {
            this(literals, minLength, bytes, test, null);
        }

        public static Candidate of(Regex regex) {
            Requirement required = regex.requirement();
            return regex.isLinear()
                    ? new Candidate(
                            required.literals(),
                            required.minLength(),
                            required.bytes(),
                            (text, from, to) -> regex.search(text, from, to, 0) == Regex.Outcome.FOUND,
                            regex)
                    : new Candidate(required.literals(), required.minLength(), required.bytes());
        }
    }

    /** What reads a text. */
    public interface Test {
        /** False: {@code text[from, to)} does not match. */
        boolean mayMatch(byte[] text, int from, int to);
    }

    /** @param bits of the patterns in the set, by their numbers in the automaton */
    private record Together(LazyDfa automaton, int[] bits, long[] mask, int shortest, ByteSet bytes) {}

    private RegexSet(List<Candidate> candidates, AutomatonMemory memory) {
        this.candidates = candidates.toArray(Candidate[]::new);
        words = (candidates.size() + 63) / 64;
        scanned = new long[words];
        always = new long[words];
        ByteSet allSingle = ByteSet.NONE;
        List<List<String>> literals = new ArrayList<>();
        List<Integer> without = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            Candidate each = candidates.get(i);
            List<String> longer = each.literals().stream()
                    .filter(literal -> literal.length() > 1)
                    .toList();
            literals.add(longer);
            allSingle = allSingle.or(addSingle(i, each.literals()));
            if (!longer.isEmpty()) {
                scanned[i >> 6] |= 1L << i;
            }
            if (!each.literals().isEmpty()) {
                continue;
            }
            if (each.regex != null) {
                without.add(i);
            } else {
                always[i >> 6] |= 1L << i;
            }
        }
        anySingle = allSingle;
        scanner = new LiteralScanner(literals);
        // Apart, so that a text of letters and digits is read for none of the first.
        without.sort(
                Comparator.comparing(number -> candidates.get(number).bytes().intersects(ByteSet.WORD)));
        List<Together> together = new ArrayList<>();
        int from = 0;
        int steps = 0;
        for (int i = 0; i < without.size(); i++) {
            Regex regex = candidates.get(without.get(i)).regex;
            int own = regex == null ? 0 : regex.program().size();
            if (i - from == TOGETHER || (i > from && steps + own > MOST_STEPS)) {
                together.add(together(without.subList(from, i), memory));
                from = i;
                steps = 0;
            }
            steps += own;
        }
        if (from < without.size()) {
            together.add(together(without.subList(from, without.size()), memory));
        }
        this.together = together.toArray(Together[]::new);
    }

    private ByteSet addSingle(int number, List<String> literals) {
        ByteSet bytes = ByteSet.NONE;
        for (String literal : literals) {
            if (literal.length() == 1) {
                bytes = bytes.or(ByteSet.of(literal.charAt(0)).folded());
            }
        }
        for (int value = 0; value < single.length; value++) {
            if (bytes.has(value)) {
                long[] those = single[value] == null ? new long[words] : single[value];
                those[number >> 6] |= 1L << number;
                single[value] = those;
            }
        }
        return bytes;
    }

    private Together together(List<Integer> numbers, AutomatonMemory memory) {
        List<Program> programs = new ArrayList<>();
        long[] mask = new long[words];
        int shortest = Integer.MAX_VALUE;
        ByteSet bytes = ByteSet.NONE;
        for (int number : numbers) {
            Candidate each = candidates[number];
            if (each.regex != null) {
                programs.add(each.regex.program());
            }
            mask[number >> 6] |= 1L << number;
            shortest = Math.min(shortest, each.minLength());
            bytes = bytes.or(each.bytes());
        }
        return new Together(
                new LazyDfa(Program.together(programs), memory),
                numbers.stream().mapToInt(Integer::intValue).toArray(),
                mask,
                shortest,
                bytes);
    }

    /** @param candidates in the order of their bits; those next to each other are run together where they can be */
    public static RegexSet of(List<Candidate> candidates, AutomatonMemory memory) {
        return new RegexSet(candidates, memory);
    }

    /** How long arrays of bits are. */
    public int words() {
        return words;
    }

    /**
     * Sets in {@code found} the bit of each wanted pattern that matches anywhere in the text. Of patterns that are not linear, or
     * that only their literals are known of, the bit says that they may match. Other bits stay, and what is set is not looked for
     * again. {@code scratch} is overwritten.
     *
     * @param present the bytes that the text has
     */
    public void search(byte[] text, int from, int to, ByteSet present, long[] wanted, long[] found, long[] scratch) {
        System.arraycopy(always, 0, scratch, 0, words);
        if (asks(scanned, wanted, found)) {
            scanner.scan(text, from, to, scratch);
        }
        if (anySingle.intersects(present)) {
            addSingle(present.a() & anySingle.a(), 0, scratch);
            addSingle(present.b() & anySingle.b(), Long.SIZE, scratch);
            addSingle(present.c() & anySingle.c(), 2 * Long.SIZE, scratch);
            addSingle(present.d() & anySingle.d(), 3 * Long.SIZE, scratch);
        }
        for (int word = 0; word < words; word++) {
            for (long bits = scratch[word] & wanted[word] & ~found[word]; bits != 0; bits &= bits - 1) {
                if (mayMatch(candidates[word * 64 + Long.numberOfTrailingZeros(bits)], text, from, to, present)) {
                    found[word] |= Long.lowestOneBit(bits);
                }
            }
        }
        for (Together each : together) {
            boolean possible = to - from >= each.shortest && (to == from || each.bytes.intersects(present));
            if (possible && asks(each.mask, wanted, found)) {
                collect(each, text, from, to, wanted, found);
            }
        }
    }

    private void addSingle(long bytes, int first, long[] those) {
        for (long rest = bytes; rest != 0; rest &= rest - 1) {
            long[] having = single[first + Long.numberOfTrailingZeros(rest)];
            for (int word = 0; having != null && word < words; word++) {
                those[word] |= having[word];
            }
        }
    }

    /** Whether one of the patterns is wanted and not found yet. */
    private boolean asks(long[] patterns, long[] wanted, long[] found) {
        for (int word = 0; word < words; word++) {
            if ((patterns[word] & wanted[word] & ~found[word]) != 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayMatch(Candidate candidate, byte[] text, int from, int to, ByteSet present) {
        return to - from >= candidate.minLength
                && (to == from || candidate.bytes.intersects(present))
                && candidate.test.mayMatch(text, from, to);
    }

    private static void collect(Together together, byte[] text, int from, int to, long[] wanted, long[] found) {
        for (long rest = together.automaton.collect(text, from, to); rest != 0; rest &= rest - 1) {
            int bit = together.bits[Long.numberOfTrailingZeros(rest)];
            found[bit >> 6] |= 1L << bit & wanted[bit >> 6];
        }
    }
}
