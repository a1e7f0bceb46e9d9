package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds which of many patterns a text may match, in about the time of one pattern. One pass finds the literals that
 * patterns need, and only patterns whose literal was found are run. Patterns without a literal are run together as one
 * automaton. Thread-safe.
 */
public final class RegexSet {
    /** The most patterns in one automaton. More patterns need fewer passes, but at some number too many states. */
    private static final int TOGETHER = 32;

    private static final int MOST_STEPS = 50_000;

    private final Candidate[] candidates;
    private final int words;
    private final LiteralScanner scanner;
    /** The patterns with literals of more than one byte. */
    private final long[] scanned;
    /**
     * For each byte, the patterns with this byte as a literal. The text's byte set tells whether such a literal occurs
     * before the text is read.
     */
    private final long[] @Nullable [] single = new long[256][];

    private final ByteSet anySingle;
    /** Patterns without a literal that no automaton runs. */
    private final long[] always;

    private final Together[] together;

    /**
     * A pattern or other test in the set.
     *
     * @param literals a matching text contains at least one of these, ignoring case of ASCII letters; in lower case, as
     * Latin-1; an empty list: no literal is known
     * @param bytes a matching text contains at least one of these bytes
     * @param test decides whether a text that passes the other checks may match
     * @param regex the pattern, which can run together with others if it needs no literals; null: it cannot
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

        /** A candidate without a test: a text that passes the other checks may match. */
        public Candidate(List<String> literals, int minLength, ByteSet bytes) {
            this(literals, minLength, bytes, (text, from, to) -> true);
        }

        /** A candidate with a test that is not a pattern. */
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

    /** Tests a text. */
    public interface Test {
        /** False if {@code text[from, to)} certainly does not match. */
        boolean mayMatch(byte[] text, int from, int to);
    }

    /** @param bits the indexes of the patterns in the set, by their numbers in the automaton */
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
        // Patterns that need special characters are grouped apart, so that a text of letters and digits is not read for
        // them.
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

    /** @param candidates the candidates in the order of their bits; neighbours are run together if possible */
    public static RegexSet of(List<Candidate> candidates, AutomatonMemory memory) {
        return new RegexSet(candidates, memory);
    }

    /** The length of the arrays of bits, in longs. */
    public int words() {
        return words;
    }

    /**
     * Sets in {@code found} the bit of each wanted pattern that matches anywhere in the text. For a pattern that is not
     * linear, or known only by its literals, the bit means that it may match. Other bits stay, and patterns whose bits
     * are set are not searched again. {@code scratch} is overwritten.
     *
     * @param present the set of bytes that occur in the text
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
