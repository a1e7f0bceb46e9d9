package dev.gatehouse.seclang.regex;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells which of many patterns match a text, in about the time that one takes: one pass finds the literals that each of them
 * needs, and only those that have theirs are run; those that need none are run together as one automaton. For any number of threads.
 */
public final class RegexSet {
    private final List<Regex> patterns;
    private final LiteralScanner scanner;
    private final int scanned;
    private final long[] always;
    private final List<Together> together;
    private final int shortest;

    /** @param numbers of the patterns in the set, by their numbers in the automaton */
    private record Together(LazyDfa automaton, int[] numbers, int shortest) {}

    private RegexSet(List<Regex> patterns, AutomatonMemory memory) throws RegexSyntaxException {
        this.patterns = List.copyOf(patterns);
        List<List<String>> literals = new ArrayList<>();
        always = new long[words()];
        together = new ArrayList<>();
        int with = 0;
        int least = Integer.MAX_VALUE;
        List<Integer> without = new ArrayList<>();
        for (int i = 0; i < patterns.size(); i++) {
            Regex each = patterns.get(i);
            literals.add(each.requirement().literals());
            least = Math.min(least, each.minLength());
            if (!each.requirement().literals().isEmpty()) {
                with++;
            } else if (each.isLinear()) {
                without.add(i);
            } else {
                always[i >> 6] |= 1L << i;
            }
        }
        shortest = least;
        scanned = with;
        scanner = new LiteralScanner(literals);
        for (int i = 0; i < without.size(); i += TOGETHER) {
            List<Integer> numbers = without.subList(i, Math.min(i + TOGETHER, without.size()));
            int min = numbers.stream()
                    .mapToInt(n -> patterns.get(n).minLength())
                    .min()
                    .orElse(0);
            List<Node> nodes = numbers.stream().map(n -> patterns.get(n).node()).toList();
            together.add(new Together(
                    new LazyDfa(Program.of(nodes), memory),
                    numbers.stream().mapToInt(Integer::intValue).toArray(),
                    min));
        }
    }

    /** More in one automaton are fewer passes and, at some number, too many states. */
    private static final int TOGETHER = 32;

    /**
     * @param patterns in the order of their bits
     * @throws RegexSyntaxException together they are too large
     */
    public static RegexSet of(List<Regex> patterns, AutomatonMemory memory) throws RegexSyntaxException {
        return new RegexSet(patterns, memory);
    }

    /** How long the array of bits has to be that {@link #search} sets. */
    public int words() {
        return (patterns.size() + 63) / 64;
    }

    /**
     * Sets in {@code found} the bit of each pattern that matches anywhere in the text, and in {@code gaveUp} of each whose steps were
     * used up; other bits stay. {@code scratch} is overwritten.
     */
    public void search(byte[] text, int from, int to, long budget, long[] found, long[] gaveUp, long[] scratch) {
        if (to - from < shortest) {
            return;
        }
        System.arraycopy(always, 0, scratch, 0, always.length);
        if (scanned > 0) {
            scanner.scan(text, from, to, scratch);
        }
        for (int word = 0; word < always.length; word++) {
            for (long bits = scratch[word]; bits != 0; bits &= bits - 1) {
                int number = word * 64 + Long.numberOfTrailingZeros(bits);
                switch (patterns.get(number).search(text, from, to, budget)) {
                    case FOUND -> found[word] |= 1L << number;
                    case GAVE_UP -> gaveUp[word] |= 1L << number;
                    case NOT_FOUND -> {}
                }
            }
        }
        for (Together each : together) {
            if (to - from >= each.shortest) {
                collect(each, text, from, to, found);
            }
        }
    }

    private static void collect(Together together, byte[] text, int from, int to, long[] found) {
        long[] bits = new long[1];
        together.automaton.collect(text, from, to, bits);
        for (long rest = bits[0]; rest != 0; rest &= rest - 1) {
            int number = together.numbers[Long.numberOfTrailingZeros(rest)];
            found[number >> 6] |= 1L << number;
        }
    }
}
