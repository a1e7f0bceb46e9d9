package dev.gatehouse.seclang.regex;

import org.jspecify.annotations.Nullable;

/**
 * A regular expression over bytes, in RE2's syntax with what ModSecurity's rules use of PCRE beyond it. A dot matches line feeds,
 * {@code $} only where the text ends, {@code \s} the vertical tab too (as ModSecurity compiles its patterns). For any number of threads.
 *
 * <p>Time is linear in the text, but for a pattern with look-around, back references or atomic groups ({@link #isLinear}): one such
 * gives up when its steps are used up.
 */
public final class Regex {
    private final Node node;
    private final Requirement requirement;
    private final int groups;
    private final Program program;
    private final @Nullable LazyDfa automaton;
    private final @Nullable PikeVm places;

    /** How a search ends. */
    public enum Outcome {
        FOUND,
        NOT_FOUND,
        /** The steps were used up: nobody knows. Never of a linear pattern. */
        GAVE_UP
    }

    private Regex(PatternParser.Parsed parsed, AutomatonMemory memory) throws RegexSyntaxException {
        this.node = parsed.node();
        this.requirement = Requirement.of(node);
        this.groups = parsed.groups();
        this.program = Program.of(parsed);
        this.automaton = program.backtracking ? null : new LazyDfa(program, memory);
        this.places = program.backtracking ? null : new PikeVm(program, groups);
    }

    /**
     * @param pattern its bytes
     * @param ignoreCase of ASCII's letters, as {@code (?i)} at its beginning
     * @param memory what its states may take, with those of others
     * @throws RegexSyntaxException it is no pattern, or one that is not supported
     */
    public static Regex compile(byte[] pattern, boolean ignoreCase, AutomatonMemory memory)
            throws RegexSyntaxException {
        return new Regex(PatternParser.parse(pattern, ignoreCase), memory);
    }

    /**
     * Whether it matches anywhere in the text.
     *
     * @param budget steps that it may take if the pattern is not linear
     */
    public Outcome search(byte[] text, int from, int to, long budget) {
        if (to - from < requirement.minLength()) {
            return Outcome.NOT_FOUND;
        }
        if (automaton != null) {
            return automaton.matches(text, from, to) ? Outcome.FOUND : Outcome.NOT_FOUND;
        }
        Backtracker backtracker = new Backtracker(program, text, from, to, budget);
        if (backtracker.find(from) != null) {
            return Outcome.FOUND;
        }
        return backtracker.isExhausted() ? Outcome.GAVE_UP : Outcome.NOT_FOUND;
    }

    /**
     * Where the leftmost match begins and ends, then each group (-1: it took no part): offsets into the array; null where
     * {@link #search} does not find it.
     */
    public int @Nullable [] groups(byte[] text, int from, int to, long budget) {
        return groups(text, from, from, to, budget);
    }

    /** As {@link #groups(byte[], int, int, long)}, of the leftmost match that begins at {@code start} or later. */
    public int @Nullable [] groups(byte[] text, int from, int start, int to, long budget) {
        return places != null
                ? places.find(text, from, start, to)
                : new Backtracker(program, text, from, to, budget).find(start);
    }

    /** Capturing groups, without the whole match. */
    public int groupCount() {
        return groups;
    }

    /** Whether a search takes time linear in the text, whatever the text. */
    public boolean isLinear() {
        return automaton != null;
    }

    /** A text that is shorter cannot match. */
    public int minLength() {
        return requirement.minLength();
    }

    /** Of its program. */
    int steps() {
        return program.size();
    }

    Node node() {
        return node;
    }

    Requirement requirement() {
        return requirement;
    }
}
