package dev.gatehouse.seclang.regex;

import java.util.Arrays;

/**
 * One step of all ways through a program at once. Only reached steps that wait for a byte or for an assertion are kept
 * (the kernel). A match is noted as soon as it is reached. Not thread-safe.
 */
final class Steps implements Advance {
    private final Program program;
    private final StepSet possible;
    private final StepSet reached;
    private final int[] pending;
    private int[] matched = new int[4];
    private int matches;
    private int kernelSize;
    private boolean asks;
    private long done;

    Steps(Program program) {
        this.program = program;
        possible = new StepSet(program.size());
        reached = new StepSet(program.size());
        pending = new int[2 * program.size() + 2];
    }

    @Override
    public void begin() {
        matches = 0;
        done = 0;
        reached.clear();
        for (int start : program.starts) {
            reach(reached, start);
        }
        count();
    }

    @Override
    public void step(int[] kernel, int size, int before, int after, long found) {
        matches = 0;
        done = found;
        possible.clear();
        reached.clear();
        for (int i = 0; i < size; i++) {
            possible.add(kernel[i]);
        }
        // The set grows during the loop, since steps after a true assertion are added.
        for (int i = 0; i < possible.size; i++) {
            int step = possible.members[i];
            if (program.op[step] == Program.ASSERT) {
                if (program.assertion(step).holds(before, after)) {
                    reach(possible, program.next[step]);
                }
            } else if (program.op[step] == Program.TAKE
                    && after != Assertion.NO_BYTE
                    && program.sets[program.argument[step]].has(after)) {
                reach(reached, program.next[step]);
            }
        }
        if (after != Assertion.NO_BYTE) {
            for (int i = 0; i < program.starts.length; i++) {
                if (!program.anchored[i] && (done & 1L << i) == 0) {
                    reach(reached, program.starts[i]);
                }
            }
        }
        count();
    }

    private void reach(StepSet set, int from) {
        int top = 0;
        pending[top++] = from;
        while (top > 0) {
            int step = pending[--top];
            if (!set.add(step)) {
                continue;
            }
            top = program.follow(step, pending, top);
            if (program.op[step] == Program.MATCH) {
                note(program.argument[step]);
            }
        }
    }

    private void note(int pattern) {
        done |= 1L << pattern;
        for (int i = 0; i < matches; i++) {
            if (matched[i] == pattern) {
                return;
            }
        }
        if (matches == matched.length) {
            matched = Arrays.copyOf(matched, matches * 2);
        }
        matched[matches++] = pattern;
    }

    private void count() {
        int waiting = 0;
        boolean asserts = false;
        for (int i = 0; i < reached.size; i++) {
            if (waits(reached.members[i])) {
                asserts |= program.op[reached.members[i]] == Program.ASSERT;
                waiting++;
            }
        }
        kernelSize = waiting;
        asks = asserts;
    }

    private boolean waits(int step) {
        return (program.op[step] == Program.TAKE || program.op[step] == Program.ASSERT)
                && (done & 1L << program.ownerOf(step)) == 0;
    }

    @Override
    public long done() {
        return done;
    }

    boolean hasMatched() {
        return matches > 0;
    }

    @Override
    public int[] matched() {
        int[] copy = Arrays.copyOf(matched, matches);
        Arrays.sort(copy);
        return copy;
    }

    @Override
    public boolean asks() {
        return asks;
    }

    int kernelSize() {
        return kernelSize;
    }

    /** Ascending. */
    @Override
    public int[] kernel() {
        int[] kernel = members(new int[kernelSize]);
        Arrays.sort(kernel);
        return kernel;
    }

    /** The kernel in any order, in the given array if it has room for it. */
    int[] members(int[] into) {
        int[] kernel = into.length >= kernelSize ? into : new int[Math.max(kernelSize, 2 * into.length)];
        int size = 0;
        for (int i = 0; i < reached.size; i++) {
            int step = reached.members[i];
            if (waits(step)) {
                kernel[size++] = step;
            }
        }
        return kernel;
    }
}
