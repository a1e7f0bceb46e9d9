package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One or several patterns as the instructions of a nondeterministic automaton over bytes. Immutable. A step is the
 * index of an instruction. The first branch of an ordered choice is preferred.
 */
final class Program {
    /** Consumes a byte of set {@link #argument}, continues at {@link #next}. */
    static final byte TAKE = 0;
    /** Continues at {@link #next}, or else at {@link #argument}. */
    static final byte SPLIT = 1;
    /** Continues at {@link #next} if the assertion of ordinal {@link #argument} holds. */
    static final byte ASSERT = 2;
    /** Records the place in slot {@link #argument}, continues at {@link #next}. */
    static final byte SAVE = 3;
    /** Pattern {@link #argument} has matched. */
    static final byte MATCH = 4;
    /** Matches the text of group {@link #argument} again, case-sensitively. */
    static final byte REFERENCE = 5;

    static final byte REFERENCE_IGNORING_CASE = 6;
    /** Runs the steps from the next one up to their {@link #END}, keeps their first way only, and continues at {@link #argument}. */
    static final byte ATOMIC = 7;

    static final byte LOOK_AHEAD = 8;
    static final byte NOT_AHEAD = 9;
    static final byte LOOK_BEHIND = 10;
    static final byte NOT_BEHIND = 11;
    /** Ends the steps of a look-around or an atomic group. */
    static final byte END = 12;
    /** Ends a look-behind, if the present place is the one in register {@link #argument}. */
    static final byte END_HERE = 15;
    /** Begins a round of a loop whose body may match the empty text: records the place in register {@link #argument}. */
    static final byte LOOP_MARK = 13;
    /** Continues at {@link #next} only if a byte was consumed since the mark in register {@link #argument}. */
    static final byte LOOP_CHECK = 14;

    static final int OPERATIONS = 16;

    static final int LARGEST = 200_000;
    static final int MOST = Long.SIZE;

    final byte[] op;
    final int[] next;
    final int[] argument;
    final ByteSet[] sets;
    /** The first step of each pattern. */
    final int[] starts;
    /** The index after each pattern's last step. */
    private final int[] ends;
    /** Whether each pattern can match only at the beginning of the text. */
    final boolean[] anchored;
    /** The number of slots: two for each group, with the whole match first. */
    final int slots;
    /** The number of registers for loops, used by the backtracker. */
    final int registers;
    /** For each look-behind, by its step: the least and the greatest width of its content, and its register. */
    final Map<Integer, int[]> widths;
    /** For each loop, by its choice: the step after the loop, for a round without a byte. */
    final Map<Integer, Integer> exits;

    final boolean backtracking;

    /** A program of one pattern, from the builder or from a file. */
    Program(
            byte[] op,
            int[] next,
            int[] argument,
            ByteSet[] sets,
            int start,
            boolean anchored,
            int groups,
            int registers,
            Map<Integer, int[]> widths,
            Map<Integer, Integer> exits,
            boolean backtracking) {
        this.op = op;
        this.next = next;
        this.argument = argument;
        this.sets = sets;
        this.starts = new int[] {start};
        this.ends = new int[] {op.length};
        this.anchored = new boolean[] {anchored};
        this.slots = 2 * (groups + 1);
        this.registers = registers;
        this.widths = Map.copyOf(widths);
        this.exits = Map.copyOf(exits);
        this.backtracking = backtracking;
    }

    /** A program of several patterns one after the other. */
    private Program(List<Program> patterns, int size) {
        op = new byte[size];
        next = new int[size];
        argument = new int[size];
        starts = new int[patterns.size()];
        ends = new int[starts.length];
        anchored = new boolean[starts.length];
        Map<ByteSet, Integer> numbers = new LinkedHashMap<>();
        int base = 0;
        for (int i = 0; i < starts.length; i++) {
            Program each = patterns.get(i);
            int[] setNumbers = new int[each.sets.length];
            for (int set = 0; set < setNumbers.length; set++) {
                setNumbers[set] = numbers.computeIfAbsent(each.sets[set], any -> numbers.size());
            }
            System.arraycopy(each.op, 0, op, base, each.size());
            for (int step = 0; step < each.size(); step++) {
                next[base + step] = base + each.next[step];
                int what = each.argument[step];
                argument[base + step] = switch (each.op[step]) {
                    case TAKE -> setNumbers[what];
                    case SPLIT -> base + what;
                    case MATCH -> i;
                    default -> what;
                };
            }
            starts[i] = base + each.starts[0];
            base += each.size();
            ends[i] = base;
            anchored[i] = each.anchored[0];
        }
        sets = numbers.keySet().toArray(ByteSet[]::new);
        slots = 2;
        registers = 0;
        widths = Map.of();
        exits = Map.of();
        backtracking = false;
    }

    /** The program of one pattern, which records the places of its groups. */
    static Program of(PatternParser.Parsed pattern) throws RegexSyntaxException {
        boolean backtracking = Node.needsBacktracking(pattern.node());
        Builder builder = new Builder(true, backtracking);
        int match = builder.add(MATCH, 0, 0);
        int close = builder.add(SAVE, match, 1);
        int start = builder.add(SAVE, builder.compile(pattern.node(), close), 0);
        return builder.build(start, isAnchored(pattern.node()), pattern.groups());
    }

    /** The program of one pattern without backtracking and without groups, for finding whether it matches. */
    static Program withoutGroups(Node pattern) throws RegexSyntaxException {
        Builder builder = new Builder(false, false);
        int start = builder.compile(pattern, builder.add(MATCH, 0, 0));
        return builder.build(start, isAnchored(pattern), 0);
    }

    /**
     * The program of several patterns ({@value #MOST} at most), for finding which of them match. No pattern may need
     * backtracking, and each given program must have one pattern.
     */
    static Program together(List<Program> patterns) {
        int size = 0;
        for (Program each : patterns) {
            size += each.size();
        }
        return new Program(patterns, size);
    }

    int size() {
        return op.length;
    }

    /**
     * Pushes the steps that follow {@code step} without a byte and without a condition; the preferred step is on top.
     *
     * @return the stack's new top
     */
    int follow(int step, int[] stack, int top) {
        int above = top;
        if (op[step] == SPLIT) {
            stack[above++] = argument[step];
            stack[above++] = next[step];
        } else if (op[step] == SAVE) {
            stack[above++] = next[step];
        }
        return above;
    }

    /** The pattern that the step belongs to. */
    int ownerOf(int step) {
        int owner = 0;
        while (step >= ends[owner]) {
            owner++;
        }
        return owner;
    }

    Assertion assertion(int step) {
        return ASSERTIONS[argument[step]];
    }

    private static final Assertion[] ASSERTIONS = Assertion.values();

    private static boolean isAnchored(Node node) {
        return switch (node) {
            case Node.Assert a -> a.assertion() == Assertion.BEGIN_TEXT;
            case Node.Sequence s -> firstThatTakes(s).map(Program::isAnchored).orElse(false);
            case Node.Alternatives a -> a.nodes().stream().allMatch(Program::isAnchored);
            case Node.Group g -> isAnchored(g.node());
            case Node.Atomic a -> isAnchored(a.node());
            case Node.Repeat r -> r.min() > 0 && isAnchored(r.node());
            case Node.Empty e -> false;
            case Node.Bytes b -> false;
            case Node.BackReference b -> false;
            case Node.Look l -> false;
        };
    }

    private static java.util.Optional<Node> firstThatTakes(Node.Sequence sequence) {
        return sequence.nodes().stream()
                .filter(node -> !(node instanceof Node.Empty))
                .findFirst();
    }

    /** Builds a program from its end, so that each step knows the step after it. */
    private static final class Builder {
        private final boolean groups;
        private final boolean backtracking;
        private final Map<ByteSet, Integer> sets = new HashMap<>();
        private final Map<Integer, int[]> widths = new HashMap<>();
        private final Map<Integer, Integer> exits = new HashMap<>();
        private byte[] op = new byte[64];
        private int[] next = new int[64];
        private int[] argument = new int[64];
        private int size;
        private int registers;

        Builder(boolean groups, boolean backtracking) {
            this.groups = groups;
            this.backtracking = backtracking;
        }

        Program build(int start, boolean anchored, int groups) {
            ByteSet[] all = new ByteSet[sets.size()];
            sets.forEach((set, index) -> all[index] = set);
            return new Program(
                    Arrays.copyOf(op, size),
                    Arrays.copyOf(next, size),
                    Arrays.copyOf(argument, size),
                    all,
                    start,
                    anchored,
                    groups,
                    registers,
                    widths,
                    exits,
                    backtracking);
        }

        int add(byte code, int then, int what) throws RegexSyntaxException {
            if (size == LARGEST) {
                throw new RegexSyntaxException(
                        0, "its repetitions make the pattern too large (expected: at most " + LARGEST + " steps)");
            }
            if (size == op.length) {
                op = Arrays.copyOf(op, size * 2);
                next = Arrays.copyOf(next, size * 2);
                argument = Arrays.copyOf(argument, size * 2);
            }
            op[size] = code;
            next[size] = then;
            argument[size] = what;
            return size++;
        }

        /** Compiles a node that continues at {@code then}; returns its first step. */
        int compile(Node node, int then) throws RegexSyntaxException {
            return switch (node) {
                case Node.Empty e -> then;
                case Node.Bytes b -> add(TAKE, then, sets.computeIfAbsent(b.set(), any -> sets.size()));
                case Node.Assert a -> add(ASSERT, then, a.assertion().ordinal());
                case Node.Sequence s -> {
                    int at = then;
                    for (int i = s.nodes().size() - 1; i >= 0; i--) {
                        at = compile(s.nodes().get(i), at);
                    }
                    yield at;
                }
                case Node.Alternatives a -> {
                    int at = compile(a.nodes().getLast(), then);
                    for (int i = a.nodes().size() - 2; i >= 0; i--) {
                        at = add(SPLIT, compile(a.nodes().get(i), then), at);
                    }
                    yield at;
                }
                case Node.Group g ->
                    groups
                            ? add(SAVE, compile(g.node(), add(SAVE, then, 2 * g.number() + 1)), 2 * g.number())
                            : compile(g.node(), then);
                case Node.Repeat r -> repeat(r, then);
                case Node.BackReference b -> add(b.ignoreCase() ? REFERENCE_IGNORING_CASE : REFERENCE, then, b.group());
                case Node.Atomic a -> alone(ATOMIC, a.node(), then);
                case Node.Look l ->
                    l.ahead() ? alone(l.negative() ? NOT_AHEAD : LOOK_AHEAD, l.node(), then) : behind(l, then);
            };
        }

        private int behind(Node.Look look, int then) throws RegexSyntaxException {
            int[] bounds = width(look.node());
            if (bounds[1] == Node.Repeat.UNBOUNDED) {
                throw new RegexSyntaxException(
                        0, "a look-behind looks at a text of any length (expected: one of a bounded length)");
            }
            int register = registers++;
            int body = compile(look.node(), add(END_HERE, 0, register));
            int at = add(look.negative() ? NOT_BEHIND : LOOK_BEHIND, body, then);
            widths.put(at, new int[] {bounds[0], bounds[1], register});
            return at;
        }

        private int alone(byte code, Node node, int then) throws RegexSyntaxException {
            int body = compile(node, add(END, 0, 0));
            return add(code, body, then);
        }

        private int repeat(Node.Repeat r, int then) throws RegexSyntaxException {
            int at = then;
            if (r.max() == Node.Repeat.UNBOUNDED) {
                at = loop(r, then);
            } else {
                for (int i = r.min(); i < r.max(); i++) {
                    at = choice(r.greedy(), compile(r.node(), at), then);
                }
            }
            for (int i = 0; i < r.min(); i++) {
                at = compile(r.node(), at);
            }
            return at;
        }

        private int loop(Node.Repeat r, int then) throws RegexSyntaxException {
            // The body refers to the choice before it, so the choice is added first and filled in afterwards.
            int choice = add(SPLIT, 0, 0);
            int body;
            if (backtracking && width(r.node())[0] == 0) {
                int register = registers++;
                exits.put(choice, then);
                int check = add(LOOP_CHECK, choice, register);
                body = add(LOOP_MARK, compile(r.node(), check), register);
            } else {
                body = compile(r.node(), choice);
            }
            next[choice] = r.greedy() ? body : then;
            argument[choice] = r.greedy() ? then : body;
            // If a round may consume nothing, the loop is compiled as (x+)? instead of x*, so that an empty round
            // leaves it by its preferred way.
            return width(r.node())[0] == 0 ? choice(r.greedy(), body, then) : choice;
        }

        private int choice(boolean greedy, int body, int then) throws RegexSyntaxException {
            return greedy ? add(SPLIT, body, then) : add(SPLIT, then, body);
        }
    }

    /** An upper bound of the node's number of steps. */
    static long mostSteps(Node node) {
        return switch (node) {
            case Node.Empty e -> 1;
            case Node.Bytes b -> 1;
            case Node.Assert a -> 1;
            case Node.BackReference b -> 1;
            case Node.Group g -> 2 + mostSteps(g.node());
            case Node.Atomic a -> 2 + mostSteps(a.node());
            case Node.Look l -> 3 + mostSteps(l.node());
            case Node.Sequence s -> {
                long steps = 1;
                for (Node each : s.nodes()) {
                    steps += mostSteps(each);
                }
                yield steps;
            }
            case Node.Alternatives a -> {
                long steps = 1;
                for (Node each : a.nodes()) {
                    steps += 2 + mostSteps(each);
                }
                yield steps;
            }
            // The bound is limited, since deep nesting would overflow.
            case Node.Repeat r -> Math.min(Math.max(r.min() + 1, r.max()) * (4 + mostSteps(r.node())), 10L * LARGEST);
        };
    }

    /** The least and the greatest number of bytes in a match of the node; {@link Node.Repeat#UNBOUNDED}: no limit. */
    static int[] width(Node node) {
        return switch (node) {
            case Node.Empty e -> new int[] {0, 0};
            case Node.Bytes b -> new int[] {1, 1};
            case Node.Assert a -> new int[] {0, 0};
            case Node.Look l -> new int[] {0, 0};
            case Node.BackReference b -> new int[] {0, Node.Repeat.UNBOUNDED};
            case Node.Group g -> width(g.node());
            case Node.Atomic a -> width(a.node());
            case Node.Sequence s -> {
                long min = 0;
                long max = 0;
                for (Node each : s.nodes()) {
                    int[] width = width(each);
                    min += width[0];
                    max = max < 0 || width[1] < 0 ? -1 : max + width[1];
                }
                yield bounds(min, max);
            }
            case Node.Alternatives a -> {
                long min = Integer.MAX_VALUE;
                long max = 0;
                for (Node each : a.nodes()) {
                    int[] width = width(each);
                    min = Math.min(min, width[0]);
                    max = max < 0 || width[1] < 0 ? -1 : Math.max(max, width[1]);
                }
                yield bounds(min, max);
            }
            case Node.Repeat r -> {
                int[] width = width(r.node());
                long max = width[1] == 0 ? 0 : r.max() < 0 || width[1] < 0 ? -1 : (long) width[1] * r.max();
                yield bounds((long) width[0] * r.min(), max);
            }
        };
    }

    private static int[] bounds(long min, long max) {
        return new int[] {(int) Math.min(min, Integer.MAX_VALUE), max > Integer.MAX_VALUE ? -1 : (int) max};
    }
}
