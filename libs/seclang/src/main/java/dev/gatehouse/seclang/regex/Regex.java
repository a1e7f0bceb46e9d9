package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression over bytes, in RE2's syntax with what ModSecurity's rules use of PCRE beyond it. A dot matches line feeds,
 * {@code $} only where the text ends unless a {@link Flag} says otherwise, {@code \s} the vertical tab too. For any number of threads.
 *
 * <p>Time is linear in the text, but for a pattern with look-around, back references or atomic groups ({@link #isLinear}): one such
 * gives up when its steps are used up.
 */
public final class Regex {
    /** A pattern that may have more steps is made at once, to see whether it is too large. */
    private static final long SURELY_SMALL = 10_000;

    private final Source source;
    private final AutomatonMemory memory;
    private final int groups;
    private final boolean linear;
    /** None: it was not needed yet, for the pattern came compiled. */
    private volatile @Nullable Node node;

    private volatile @Nullable CompiledPattern compiled;
    private volatile @Nullable Machine machine;
    /** Made when a rule first captures what it matches. */
    private volatile @Nullable Places places;

    /** What a pattern is run by; made when it is first needed, for of many patterns few ever are. */
    private record Machine(
            CompiledPattern pattern,
            @Nullable LazyDfa automaton,
            @Nullable PikeVm groups) {}

    /** What is compiled. */
    record Source(Bytes pattern, Set<Flag> flags) {
        Source {
            flags = Set.copyOf(flags);
        }
    }

    /** How a search ends. */
    public enum Outcome {
        FOUND,
        NOT_FOUND,
        /** The steps were used up: nobody knows. Never of a linear pattern. */
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

    /** Of a pattern that was compiled before. */
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

    /** What a pattern may say of itself at its beginning, too. */
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
     * @param pattern its bytes
     * @param flags as if they stood at its beginning; a dot matches line feeds, too, whatever they are
     * @param memory what its states may take, with those of others
     * @throws RegexSyntaxException it is no pattern, or one that is not supported
     */
    public static Regex compile(byte[] pattern, Set<Flag> flags, AutomatonMemory memory) throws RegexSyntaxException {
        return new Regex(new Source(Bytes.of(pattern.clone()), flags), PatternParser.parse(pattern, flags), memory);
    }

    /**
     * Whether it matches anywhere in the text.
     *
     * @param budget steps that it may take if the pattern is not linear
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
     * Where the leftmost match begins and ends, then each group (-1: it took no part): offsets into the array; null where
     * {@link #search} does not find it.
     */
    public int @Nullable [] groups(byte[] text, int from, int to, long budget) {
        return groups(text, from, from, to, budget);
    }

    /** As {@link #groups(byte[], int, int, long)}, of the leftmost match that begins at {@code start} or later. */
    public int @Nullable [] groups(byte[] text, int from, int start, int to, long budget) {
        Machine made = machine();
        if (made.groups == null) {
            return new Backtracker(made.pattern.program(), text, from, to, budget).find(start);
        }
        // What begins in the middle of a text is seldom asked for: all matches are.
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

    /** Capturing groups, without the whole match. */
    public int groupCount() {
        return groups;
    }

    /** Whether a search takes time linear in the text, whatever the text. */
    public boolean isLinear() {
        return linear;
    }

    /** A text that is shorter cannot match. */
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
