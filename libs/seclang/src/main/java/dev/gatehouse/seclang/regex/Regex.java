package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression over bytes, in RE2's syntax with the PCRE extensions that ModSecurity's rules use. A dot matches
 * line feeds. {@code $} matches only at the end of the text, unless a {@link Flag} says otherwise. {@code \s} also
 * matches the vertical tab. Thread-safe.
 *
 * <p>A search takes time linear in the text, except for patterns with look-around, back references or atomic groups
 * ({@link #isLinear}). Such a search gives up after a number of steps.
 */
public final class Regex {
    /** A pattern with possibly more steps is compiled at once, to find out whether it is too large. */
    private static final long SURELY_SMALL = 10_000;

    private final Source source;
    private final AutomatonMemory memory;
    private final int groups;
    private final boolean linear;
    /** The syntax tree; null: not needed yet, since the pattern was precompiled. */
    private volatile @Nullable Node node;

    private volatile @Nullable CompiledPattern compiled;
    private volatile @Nullable Machine machine;
    /** Created when a rule first captures a match. */
    private volatile @Nullable Places places;

    /** The parts that run a pattern. They are created on first use, since few of many patterns are ever run. */
    private record Machine(
            CompiledPattern pattern,
            @Nullable LazyDfa automaton,
            @Nullable PikeVm groups) {}

    /** The source of a pattern. */
    record Source(Bytes pattern, Set<Flag> flags) {
        Source {
            flags = Set.copyOf(flags);
        }
    }

    /** The outcome of a search. */
    public enum Outcome {
        FOUND,
        NOT_FOUND,
        /** The steps were used up, so the result is unknown. This never happens for a linear pattern. */
        GAVE_UP
    }

    private Regex(Source source, PatternParser.Parsed parsed, AutomatonMemory memory) throws RegexSyntaxException {
        this.source = source;
        this.memory = memory;
        this.groups = parsed.groups();
        this.linear = !Node.needsBacktracking(parsed.node());
        this.node = parsed.node();
        if (Program.mostSteps(parsed.node()) > SURELY_SMALL) {
            this.compiled = CompiledPattern.of(parsed);
        }
    }

    private Regex(Source source, CompiledPattern compiled, AutomatonMemory memory) {
        this.source = source;
        this.memory = memory;
        this.groups = compiled.groups();
        this.linear = !compiled.program().backtracking;
        this.compiled = compiled;
    }

    /** A regular expression from a precompiled pattern. */
    static Regex of(Source source, CompiledPattern compiled, AutomatonMemory memory) {
        return new Regex(source, compiled, memory);
    }

    CompiledPattern compiled() {
        CompiledPattern made = compiled;
        if (made == null) {
            synchronized (this) {
                made = compiled;
                if (made == null) {
                    try {
                        made = CompiledPattern.of(new PatternParser.Parsed(node(), groups));
                    } catch (RegexSyntaxException e) {
                        throw seenBefore(e);
                    }
                    compiled = made;
                }
            }
        }
        return made;
    }

    Source source() {
        return source;
    }

    Node node() {
        Node read = node;
        if (read == null) {
            try {
                read = PatternParser.parse(source.pattern().toArray(), source.flags())
                        .node();
            } catch (RegexSyntaxException e) {
                throw seenBefore(e);
            }
            node = read;
        }
        return read;
    }

    private static IllegalStateException seenBefore(RegexSyntaxException e) {
        return new IllegalStateException("it was read, and its steps were counted, when it was compiled", e);
    }

    private Machine machine() {
        Machine made = machine;
        if (made == null) {
            synchronized (this) {
                made = machine;
                if (made == null) {
                    CompiledPattern pattern = compiled();
                    made = new Machine(
                            pattern,
                            linear ? new LazyDfa(pattern.program(), memory) : null,
                            linear ? new PikeVm(pattern.program(), groups) : null);
                    machine = made;
                }
            }
        }
        return made;
    }

    /** Flags, which a pattern may also set at its beginning. */
    public enum Flag {
        /** {@code (?i)}, of ASCII's letters. */
        IGNORE_CASE,
        /** {@code (?m)}: {@code ^} and {@code $} are the ends of a line. */
        MULTI_LINE;

        static int bits(Set<Flag> flags) {
            int bits = 0;
            for (Flag flag : flags) {
                bits |= 1 << flag.ordinal();
            }
            return bits;
        }
    }

    /**
     * @param pattern the bytes of the pattern
     * @param flags flags as if set at the pattern's beginning; a dot always matches line feeds
     * @param memory the shared memory limit of its states
     * @throws RegexSyntaxException if the pattern is invalid or not supported
     */
    public static Regex compile(byte[] pattern, Set<Flag> flags, AutomatonMemory memory) throws RegexSyntaxException {
        return new Regex(new Source(Bytes.of(pattern.clone()), flags), PatternParser.parse(pattern, flags), memory);
    }

    /**
     * Whether it matches anywhere in the text.
     *
     * @param budget the step limit for a pattern that is not linear
     */
    public Outcome search(byte[] text, int from, int to, long budget) {
        Machine made = machine();
        if (to - from < made.pattern.requirement().minLength()) {
            return Outcome.NOT_FOUND;
        }
        if (made.automaton != null) {
            return made.automaton.matches(text, from, to) ? Outcome.FOUND : Outcome.NOT_FOUND;
        }
        Backtracker backtracker = new Backtracker(made.pattern.program(), text, from, to, budget);
        if (backtracker.find(from) != null) {
            return Outcome.FOUND;
        }
        return backtracker.isExhausted() ? Outcome.GAVE_UP : Outcome.NOT_FOUND;
    }

    /**
     * The begin and end offsets of the leftmost match, then of each group (-1: the group took no part); null if {@link
     * #search} finds no match.
     */
    public int @Nullable [] groups(byte[] text, int from, int to, long budget) {
        return groups(text, from, from, to, budget);
    }

    /** As {@link #groups(byte[], int, int, long)}, for the leftmost match that begins at {@code start} or later. */
    public int @Nullable [] groups(byte[] text, int from, int start, int to, long budget) {
        Machine made = machine();
        if (made.groups == null) {
            return new Backtracker(made.pattern.program(), text, from, to, budget).find(start);
        }
        // A search from the middle of a text is rare: it occurs only when all matches are wanted.
        int[] whole = start == from ? places().find(text, from, to) : null;
        if (whole == null) {
            return made.groups.find(text, from, start, to);
        }
        if (whole.length == 0) {
            return null;
        }
        return groups == 0 ? whole : made.groups.find(text, from, whole[0], to);
    }

    private Places places() {
        Places made = places;
        if (made == null) {
            synchronized (this) {
                made = places;
                if (made == null) {
                    try {
                        made = new Places(node(), memory);
                    } catch (RegexSyntaxException e) {
                        throw seenBefore(e);
                    }
                    places = made;
                }
            }
        }
        return made;
    }

    /** The number of capturing groups, without the whole match. */
    public int groupCount() {
        return groups;
    }

    /** Whether a search takes linear time for every text. */
    public boolean isLinear() {
        return linear;
    }

    /** The least length of a matching text. */
    public int minLength() {
        return requirement().minLength();
    }

    Program program() {
        return compiled().program();
    }

    Requirement requirement() {
        return compiled().requirement();
    }
}
