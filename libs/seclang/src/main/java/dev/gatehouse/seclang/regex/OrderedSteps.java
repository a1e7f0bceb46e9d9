package dev.gatehouse.seclang.regex;

import java.util.Arrays;

/**
 * One step of all ways through the program of one pattern, in the order of preference. It is {@link PikeVm} without
 * places. A match is noted when the next byte is read: it ends before that byte, and less preferred ways are then
 * dropped. Not thread-safe.
 */
final class OrderedSteps implements Advance {
    private static final int[] NONE = {};
    private static final int[] MATCHED = {0};

    private final Program program;
    /** True for the longest match from the beginning of the text: all ways are kept at a match, and no way begins later. */
    private final boolean longest;
    /** A kernel entry for a way that begins at the present place. It is the least preferred one. */
    private final int anew;

    private final StepSet possible;
    private final StepSet reached;
    private final int[] pending;
    private boolean matches;

    OrderedSteps(Program program, boolean longest) {
        this.program = program;
        this.longest = longest;
        anew = program.size();
        possible = new StepSet(program.size() + 1);
        reached = new StepSet(program.size() + 1);
        pending = new int[2 * program.size() + 2];
    }

    @Override
    public void begin() {
        matches = false;
        reached.clear();
        beginAnew();
        if (!longest && !program.anchored[0]) {
            reached.add(anew);
        }
    }

    private void beginAnew() {
        follow(reached, program.starts[0], Assertion.NO_BYTE, Assertion.NO_BYTE, false);
    }

    @Override
    public void step(int[] kernel, int size, int before, int after, long found) {
        matches = false;
        possible.clear();
        reached.clear();
        for (int i = 0; i < size; i++) {
            if (kernel[i] == anew) {
                possible.add(anew);
            } else {
                follow(possible, kernel[i], before, after, true);
            }
        }
        for (int i = 0; i < possible.size; i++) {
            int step = possible.members[i];
            if (step == anew) {
                if (after != Assertion.NO_BYTE) {
                    beginAnew();
                    reached.add(anew);
                }
            } else if (program.op[step] == Program.MATCH) {
                matches = true;
                if (!longest) {
                    return;
                }
            } else if (program.op[step] == Program.TAKE
                    && after != Assertion.NO_BYTE
                    && program.sets[program.argument[step]].has(after)) {
                follow(reached, program.next[step], Assertion.NO_BYTE, Assertion.NO_BYTE, false);
            }
        }
    }

    /**
     * Adds the steps that are reached without a byte, in order. Assertions are passed only if both neighbouring bytes
     * are {@code known}.
     */
    private void follow(StepSet set, int from, int before, int after, boolean known) {
        int top = 0;
        pending[top++] = from;
        while (top > 0) {
            int step = pending[--top];
            if (!set.add(step)) {
                continue;
            }
            top = program.follow(step, pending, top);
            if (known
                    && program.op[step] == Program.ASSERT
                    && program.assertion(step).holds(before, after)) {
                pending[top++] = program.next[step];
            }
        }
    }

    private boolean waits(int step) {
        return step == anew
                || program.op[step] == Program.TAKE
                || program.op[step] == Program.ASSERT
                || program.op[step] == Program.MATCH;
    }

    /** In the order of preference. */
    @Override
    public int[] kernel() {
        int[] kernel = new int[reached.size];
        int size = 0;
        for (int i = 0; i < reached.size; i++) {
            if (waits(reached.members[i])) {
                kernel[size++] = reached.members[i];
            }
        }
        return Arrays.copyOf(kernel, size);
    }

    @Override
    public boolean asks() {
        for (int i = 0; i < reached.size; i++) {
            int step = reached.members[i];
            if (step != anew && program.op[step] == Program.ASSERT) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int[] matched() {
        return matches ? MATCHED : NONE;
    }

    /** A pattern that has matched is followed further, for a longer or preferred match. */
    @Override
    public long done() {
        return 0;
    }
}
