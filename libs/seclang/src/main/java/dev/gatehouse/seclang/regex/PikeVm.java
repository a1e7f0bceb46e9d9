package dev.gatehouse.seclang.regex;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Finds the places of the leftmost match and its groups, in which the first of ordered choices wins. It follows all
 * ways through the program at once, each with its places, so that the time is bounded by the text's length times the
 * program's length. Thread-safe.
 */
final class PikeVm {
    private final Program program;
    private final int slots;
    private final AtomicReference<@Nullable Scratch> idle = new AtomicReference<>();

    /** @param groups the number of groups to find, beside the whole match */
    PikeVm(Program program, int groups) {
        this.program = program;
        this.slots = Math.min(program.slots, 2 * (groups + 1));
    }

    /** The places of the match and of its groups, two each, -1 for a group that took no part; null: no match. */
    int @Nullable [] find(byte[] text, int from, int start, int to) {
        Scratch scratch = idle.getAndSet(null);
        if (scratch == null) {
            scratch = new Scratch();
        }
        try {
            return scratch.find(text, from, start, to);
        } finally {
            idle.set(scratch);
        }
    }

    private final class Threads {
        final StepSet steps = new StepSet(program.size());
        /** The places of each step. */
        final int[] places = new int[program.size() * slots];
    }

    private final class Scratch {
        private Threads now = new Threads();
        private Threads later = new Threads();
        private final int[] current = new int[slots];
        /** Steps to follow, or, as negative numbers, slots to restore to the value below. */
        private int[] pending = new int[64];

        int @Nullable [] find(byte[] text, int from, int start, int to) {
            int[] best = null;
            now.steps.clear();
            for (int i = start; ; i++) {
                if (best == null && (i == from || !program.anchored[0])) {
                    Arrays.fill(current, -1);
                    follow(now, program.starts[0], text, i, from, to);
                }
                if (now.steps.size == 0) {
                    if (best != null || program.anchored[0] || i >= to) {
                        return best;
                    }
                    continue;
                }
                later.steps.clear();
                int[] found = advance(text, i, from, to);
                best = found == null ? best : found;
                if (i >= to) {
                    return best;
                }
                Threads swapped = now;
                now = later;
                later = swapped;
            }
        }

        /** All threads over the byte at {@code i}; the places of the best match that ends here. */
        private int @Nullable [] advance(byte[] text, int i, int from, int to) {
            for (int n = 0; n < now.steps.size; n++) {
                int step = now.steps.members[n];
                switch (program.op[step]) {
                    case Program.MATCH -> {
                        // Later ways in the order are less preferred than this one.
                        return Arrays.copyOfRange(now.places, step * slots, step * slots + slots);
                    }
                    case Program.TAKE -> {
                        if (i < to && program.sets[program.argument[step]].has(text[i] & 0xff)) {
                            System.arraycopy(now.places, step * slots, current, 0, slots);
                            follow(later, program.next[step], text, i + 1, from, to);
                        }
                    }
                    default -> {}
                }
            }
            return null;
        }

        /** Adds the steps that are reached without a byte, in order, with the places of {@link #current}. */
        private void follow(Threads threads, int start, byte[] text, int i, int from, int to) {
            int top = 0;
            pending[top++] = start;
            while (top > 0) {
                int step = pending[--top];
                if (step < 0) {
                    current[-step - 1] = pending[--top];
                    continue;
                }
                if (!threads.steps.add(step)) {
                    continue;
                }
                if (top + 3 > pending.length) {
                    pending = Arrays.copyOf(pending, pending.length * 2);
                }
                switch (program.op[step]) {
                    case Program.SPLIT -> {
                        pending[top++] = program.argument[step];
                        pending[top++] = program.next[step];
                    }
                    case Program.SAVE -> {
                        int slot = program.argument[step];
                        if (slot < slots) {
                            pending[top++] = current[slot];
                            pending[top++] = -slot - 1;
                            current[slot] = i;
                        }
                        pending[top++] = program.next[step];
                    }
                    case Program.ASSERT -> {
                        int before = i == from ? Assertion.NO_BYTE : text[i - 1] & 0xff;
                        int after = i == to ? Assertion.NO_BYTE : text[i] & 0xff;
                        if (program.assertion(step).holds(before, after)) {
                            pending[top++] = program.next[step];
                        }
                    }
                    default -> System.arraycopy(current, 0, threads.places, step * slots, slots);
                }
            }
        }
    }
}
