package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The deterministic automaton of a program, built on demand and shared by all threads. A state is the set of possible
 * steps after the text so far, without steps of patterns that have matched. It includes the class of the previous byte
 * if assertions depend on it; the transition evaluates assertions about the following byte. A transition is an int in a
 * table, which is read without a lock. A transition that is missing, or not yet visible to this thread, is a zero and
 * leads to the slow path.
 *
 * <p>If a text needs new states again and again, the search continues by simulating the steps without keeping states,
 * which also takes linear time.
 */
final class LazyDfa {
    /** The result of {@link #lastEnd} if nothing matches. */
    static final int NOWHERE = -1;

    /** The result of {@link #lastEnd} if the search gave up. */
    static final int GAVE_UP = -2;

    private static final int UNKNOWN = 0;
    private static final int DEAD = -1;
    /** A transition with this value or less has matched a pattern; the next state is {@code MATCHED - transition}. */
    private static final int MATCHED = -2;

    /** The least number of bytes of text per state between two drops of all states. With fewer, states are not worth building. */
    private static final int WORTH = 10;

    /** The classes of the previous byte: none, a line feed, a byte of a word, another byte. */
    private static final int NOTHING = 0;

    private static final int OTHER = 3;
    private static final int[] BYTE_OF_CONTEXT = {Assertion.NO_BYTE, '\n', 'a', ' '};

    private final Program program;
    private final AutomatonMemory memory;
    private final byte[] classOf = new byte[256];
    private final int[] byteOf;
    private final int stride;
    private final boolean asksForLines;
    private final boolean asksForWords;
    private final boolean single;
    private final ReentrantLock lock = new ReentrantLock();
    private final Advance steps;
    private volatile @Nullable Table table;

    /** An automaton that finds which patterns of the program match. */
    LazyDfa(Program program, AutomatonMemory memory) {
        this(program, memory, new Steps(program), program.starts.length == 1);
    }

    /** An automaton that finds the ends of matches of the program's only pattern, by the preference of {@code steps}. */
    static LazyDfa ofPlaces(Program program, AutomatonMemory memory, OrderedSteps steps) {
        return new LazyDfa(program, memory, steps, false);
    }

    private LazyDfa(Program program, AutomatonMemory memory, Advance steps, boolean single) {
        this.program = program;
        this.steps = steps;
        this.single = single;
        this.memory = memory;
        boolean lines = false;
        boolean words = false;
        for (int i = 0; i < program.size(); i++) {
            if (program.op[i] == Program.ASSERT) {
                switch (program.assertion(i)) {
                    case BEGIN_LINE, END_LINE -> lines = true;
                    case WORD_BOUNDARY, NO_WORD_BOUNDARY -> words = true;
                    case BEGIN_TEXT, END_TEXT, END_TEXT_OR_LAST_NEWLINE -> {}
                }
            }
        }
        asksForLines = lines;
        asksForWords = words;
        byteOf = classes();
        stride = byteOf.length + 1;
        memory.register(this);
    }

    /** Groups bytes into classes that no set and no assertion of the program distinguishes; returns a byte of each class. */
    private int[] classes() {
        int[] classOf = new int[256];
        int count = 1;
        for (ByteSet set : program.sets) {
            count = refine(classOf, count, set);
        }
        count = asksForLines ? refine(classOf, count, ByteSet.NEWLINE) : count;
        count = asksForWords ? refine(classOf, count, ByteSet.WORD) : count;
        int[] first = new int[count];
        for (int value = 255; value >= 0; value--) {
            this.classOf[value] = (byte) classOf[value];
            first[classOf[value]] = value;
        }
        return first;
    }

    /** Splits each class into the bytes inside and outside of the set; returns the new number of classes. */
    private static int refine(int[] classOf, int count, ByteSet set) {
        int[] inside = new int[count];
        int[] outside = new int[count];
        Arrays.fill(inside, -1);
        Arrays.fill(outside, -1);
        int refined = 0;
        for (int value = 0; value < 256; value++) {
            int[] side = set.has(value) ? inside : outside;
            int old = classOf[value];
            if (side[old] < 0) {
                side[old] = refined++;
            }
            classOf[value] = side[old];
        }
        return refined;
    }

    private int contextOf(int value) {
        if (asksForLines && value == '\n') {
            return 1;
        }
        return asksForWords && Assertion.isWord(value) ? 2 : OTHER;
    }

    /** Drops all states. Running searches finish with their own table. */
    void forget() {
        table = null;
    }

    /** Whether a pattern matches anywhere in the text. */
    boolean matches(byte[] text, int from, int to) {
        Table t = table();
        int state = t.start;
        if (t.matchesOf(state) != null) {
            return true;
        }
        int[] next = t.next;
        byte[] classOf = this.classOf;
        Search search = null;
        for (int i = from; i < to; i++) {
            int symbol = classOf[text[i] & 0xff] & 0xff;
            int following = next[state + symbol];
            if (following == state) {
                continue; // as LiteralScanner does: the next byte need not wait for a state that stays
            }
            if (following <= UNKNOWN) {
                if (following == UNKNOWN) {
                    search = search == null ? new Search(t, from) : search;
                    following = compute(search, state, symbol, i);
                    if (search.wasteful) {
                        return simulate(search, text, i, to, true) != 0;
                    }
                    next = search.table.next;
                }
                if (following < 0) {
                    return following <= MATCHED;
                }
            }
            state = following;
        }
        int last = next[state + stride - 1];
        if (last == UNKNOWN) {
            search = search == null ? new Search(t, from) : search;
            last = compute(search, state, stride - 1, to);
            if (search.wasteful) {
                return simulate(search, text, to, to, true) != 0;
            }
        }
        return last <= MATCHED;
    }

    /** The bits of all patterns, 64 at most, that match anywhere in the text. */
    long collect(byte[] text, int from, int to) {
        Table t = table();
        int state = t.start;
        long found = bits(t.matchesOf(state));
        int[] next = t.next;
        byte[] classOf = this.classOf;
        Table now = t;
        Search search = null;
        for (int i = from; i < to; i++) {
            int symbol = classOf[text[i] & 0xff] & 0xff;
            int following = next[state + symbol];
            if (following == state) {
                continue; // as LiteralScanner does: the next byte need not wait for a state that stays
            }
            if (following <= UNKNOWN) {
                if (following == UNKNOWN) {
                    search = search == null ? new Search(t, from) : search;
                    following = compute(search, state, symbol, i);
                    if (search.wasteful) {
                        return found | simulate(search, text, i, to, false);
                    }
                    now = search.table;
                    next = now.next;
                }
                if (following == DEAD) {
                    return found;
                }
                if (following <= MATCHED) {
                    following = MATCHED - following;
                    found |= bits(now.matchesOf(following));
                }
            }
            state = following;
        }
        int last = next[state + stride - 1];
        if (last == UNKNOWN) {
            search = search == null ? new Search(t, from) : search;
            last = compute(search, state, stride - 1, to);
            if (search.wasteful) {
                return found | simulate(search, text, to, to, false);
            }
            now = search.table;
        }
        return last <= MATCHED ? found | bits(now.matchesOf(MATCHED - last)) : found;
    }

    /**
     * The last end of a match on the way from {@code from} to {@code to}. If {@code to} is smaller, the text is read
     * backwards.
     *
     * @param before the neighbouring byte before the first byte read; {@link Assertion#NO_BYTE}: the text begins or
     * ends there. Beyond {@code to} the text ends
     * @return {@link #NOWHERE} without a match; {@link #GAVE_UP} if the text needs too many states
     */
    int lastEnd(byte[] text, int from, int to, int before) {
        Table now = table();
        int state = startAfter(now, before);
        int[] next = now.next;
        byte[] classOf = this.classOf;
        Search search = null;
        int end = NOWHERE;
        int forward = from <= to ? 1 : -1;
        // The offset of the next byte: backwards, the next byte is left of the position.
        int shift = from <= to ? 0 : -1;
        for (int at = from; at != to; at += forward) {
            int symbol = classOf[text[at + shift] & 0xff] & 0xff;
            int following = next[state + symbol];
            if (following == state) {
                continue;
            }
            if (following <= UNKNOWN) {
                if (following == UNKNOWN) {
                    search = search == null ? new Search(now, 0) : search;
                    following = compute(search, state, symbol, Math.abs(at - from));
                    if (search.wasteful) {
                        return GAVE_UP;
                    }
                    next = search.table.next;
                }
                if (following == DEAD) {
                    return end;
                }
                if (following <= MATCHED) {
                    end = at;
                    following = MATCHED - following;
                }
            }
            state = following;
        }
        int last = next[state + stride - 1];
        if (last == UNKNOWN) {
            search = search == null ? new Search(now, 0) : search;
            last = compute(search, state, stride - 1, Math.abs(to - from));
            if (search.wasteful) {
                return GAVE_UP;
            }
        }
        return last <= MATCHED ? to : end;
    }

    private int startAfter(Table now, int before) {
        if (before == Assertion.NO_BYTE || !now.startAsks) {
            return now.start;
        }
        lock.lock();
        try {
            int start = now.start / stride;
            return now.intern(now.kernels[start], contextOf(before), now.matches[start], now.done[start]);
        } finally {
            lock.unlock();
        }
    }

    private static long bits(int @Nullable [] matches) {
        long bits = 0;
        if (matches != null) {
            for (int each : matches) {
                bits |= 1L << each;
            }
        }
        return bits;
    }

    private Table table() {
        Table now = table;
        if (now != null) {
            return now;
        }
        lock.lock();
        try {
            Table made = table;
            if (made == null) {
                made = new Table();
                steps.begin();
                made.startAsks = steps.asks();
                made.start = made.intern(steps.kernel(), steps.asks() ? NOTHING : OTHER, steps.matched(), steps.done());
                table = made;
            }
            return made;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Computes a transition. Afterwards the search's table is the transition's table, and the search's state is the
     * transition's origin in that table.
     */
    private int compute(Search search, int state, int symbol, int at) {
        lock.lock();
        try {
            search.state = state;
            if (table != search.table) {
                search.move(table(), at);
            }
            Table now = search.table;
            int known = now.next[search.state + symbol];
            if (known != UNKNOWN || search.wasteful) {
                return known;
            }
            int after = symbol == stride - 1 ? Assertion.NO_BYTE : byteOf[symbol];
            int from = search.state / stride;
            int[] kernel = now.kernels[from];
            steps.step(kernel, kernel.length, BYTE_OF_CONTEXT[now.contexts[from]], after, now.done[from]);
            int[] matched = steps.matched();
            int[] reached = steps.kernel();
            int transition;
            if (matched.length > 0 && single) {
                transition = MATCHED;
            } else if (matched.length == 0 && reached.length == 0) {
                transition = DEAD;
            } else {
                int following = now.intern(reached, steps.asks() ? contextOf(after) : OTHER, matched, steps.done());
                transition = matched.length == 0 ? following : MATCHED - following;
            }
            VarHandle.releaseFence(); // who sees the transition sees the state that it leads to
            now.next[search.state + symbol] = transition;
            return transition;
        } finally {
            lock.unlock();
        }
    }

    /** Continues from the search's state without keeping new states; returns the bits of all matching patterns, or of the first one. */
    private long simulate(Search search, byte[] text, int at, int to, boolean first) {
        long found = 0;
        Steps own = new Steps(program);
        int[] kernel = search.table.kernels[search.state / stride].clone();
        int size = kernel.length;
        int before = BYTE_OF_CONTEXT[search.table.contexts[search.state / stride]];
        long done = search.table.done[search.state / stride];
        for (int i = at; i <= to; i++) {
            int after = i == to ? Assertion.NO_BYTE : text[i] & 0xff;
            own.step(kernel, size, before, after, done);
            if (own.hasMatched()) {
                found |= bits(own.matched());
                if (first) {
                    return found;
                }
            }
            kernel = own.members(kernel);
            size = own.kernelSize();
            done = own.done();
            before = after;
        }
        return found;
    }

    /** A search that has met a missing transition. */
    private final class Search {
        Table table;
        int state;
        boolean wasteful;
        private int since;
        private boolean moved;

        Search(Table table, int from) {
            this.table = table;
            this.since = from;
        }

        /** Continues in the present table after the states were dropped. */
        void move(Table fresh, int at) {
            wasteful = moved && (long) at - since < (long) WORTH * table.count;
            moved = true;
            since = at;
            int from = state / stride;
            state = fresh.intern(table.kernels[from], table.contexts[from], table.matches[from], table.done[from]);
            table = fresh;
        }
    }

    /** States and their transitions; written under the lock. */
    private final class Table {
        private static final int[] NO_MATCHES = {};

        volatile int[] next = new int[stride * 8];
        int[][] kernels = new int[8][];
        int[] contexts = new int[8];
        int[][] matches = new int[8][];
        long[] done = new long[8];
        /** The first row stands for the state in which a lone pattern has matched, which is never left. */
        int count = 1;

        int start;
        boolean startAsks;
        private final Map<State, Integer> numbers = new HashMap<>();

        Table() {
            Arrays.fill(next, 0, stride, DEAD);
            matches[0] = new int[] {0};
            kernels[0] = NO_MATCHES;
        }

        /** The matched patterns of a state. */
        int @Nullable [] matchesOf(int state) {
            VarHandle.acquireFence();
            int[] of = matches[state / stride];
            return of.length == 0 ? null : of;
        }

        int intern(int[] kernel, int context, int[] matched, long found) {
            State state = new State(kernel, context, matched, found);
            Integer known = numbers.get(state);
            if (known != null) {
                return known * stride;
            }
            if (count == kernels.length) {
                next = Arrays.copyOf(next, next.length * 2);
                kernels = Arrays.copyOf(kernels, count * 2);
                contexts = Arrays.copyOf(contexts, count * 2);
                matches = Arrays.copyOf(matches, count * 2);
                done = Arrays.copyOf(done, count * 2);
            }
            kernels[count] = kernel;
            contexts[count] = context;
            matches[count] = matched;
            done[count] = found;
            numbers.put(state, count);
            memory.take(STATE_BYTES + 4L * (stride + kernel.length + matched.length));
            return stride * count++;
        }
    }

    /** The bytes of a state beside its row and steps: three array headers and a map entry. */
    private static final int STATE_BYTES = 160;

    private static final class State {
        private final int[] kernel;
        private final int context;
        private final int[] matched;
        private final long done;
        private final int hash;

        State(int[] kernel, int context, int[] matched, long done) {
            this.kernel = kernel;
            this.context = context;
            this.matched = matched;
            this.done = done;
            this.hash = ((Arrays.hashCode(kernel) * 31 + Arrays.hashCode(matched)) * 31 + context) * 31
                    + Long.hashCode(done);
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof State other
                    && hash == other.hash
                    && context == other.context
                    && done == other.done
                    && Arrays.equals(kernel, other.kernel)
                    && Arrays.equals(matched, other.matched);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
