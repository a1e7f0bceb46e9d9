package dev.gatehouse.seclang.regex;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program by trying one way after another, as Perl does, with a budget of steps: It supports look-around, back
 * references and atomic groups, which no automaton recognises. It has its own stack; only nested groups of the pattern
 * nest Java calls. Used for one search, by one thread.
 */
final class Backtracker {
    private static final int CHOICE = 0;
    private static final int SLOT = 1;
    private static final int REGISTER = 2;

    private final Program program;
    private final byte[] text;
    private final int from;
    private final int to;
    private final int[] places;
    private final int[] registers;
    /** Triples: a choice (step, place, CHOICE), or a value to restore (index, value, SLOT or REGISTER). */
    private int[] stack = new int[3 * 64];

    private int top;
    private long budget;

    Backtracker(Program program, byte[] text, int from, int to, long budget) {
        this.program = program;
        this.text = text;
        this.from = from;
        this.to = to;
        this.budget = budget;
        places = new int[program.slots];
        registers = new int[program.registers];
    }

    /** The places of the leftmost match that begins at {@code start} or later, and its groups; null: no match, or the budget is used up. */
    int @Nullable [] find(int start) {
        for (int i = start; i <= to; i++) {
            if (i > from && program.anchored[0]) {
                return null;
            }
            Arrays.fill(places, -1);
            top = 0;
            if (run(program.starts[0], i) >= 0) {
                return places;
            }
            if (isExhausted()) {
                return null;
            }
        }
        return null;
    }

    /** Whether the search used up its budget. */
    boolean isExhausted() {
        return budget < 0;
    }

    /** The end of the first way from the step, with its places; -1: there is no way, and the places are unchanged. */
    private int run(int start, int place) {
        int base = top;
        int step = start;
        int at = place;
        while (--budget >= 0) {
            int following = -1;
            switch (program.op[step]) {
                case Program.MATCH, Program.END -> {
                    return at;
                }
                case Program.END_HERE -> {
                    if (registers[program.argument[step]] == at) {
                        return at;
                    }
                }
                case Program.TAKE -> {
                    if (at < to && program.sets[program.argument[step]].has(text[at] & 0xff)) {
                        at++;
                        following = program.next[step];
                    }
                }
                case Program.SPLIT -> {
                    push(program.argument[step], at, CHOICE);
                    following = program.next[step];
                }
                case Program.SAVE -> {
                    int slot = program.argument[step];
                    push(slot, places[slot], SLOT);
                    places[slot] = at;
                    following = program.next[step];
                }
                case Program.LOOP_MARK -> {
                    int register = program.argument[step];
                    push(register, registers[register], REGISTER);
                    registers[register] = at;
                    following = program.next[step];
                }
                case Program.LOOP_CHECK -> {
                    // A round that consumed nothing ends the loop, since a further round would be the same.
                    following = registers[program.argument[step]] == at ? exit(program.next[step]) : program.next[step];
                }
                case Program.ASSERT -> {
                    if (holds(program.assertion(step), at)) {
                        following = program.next[step];
                    }
                }
                case Program.REFERENCE, Program.REFERENCE_IGNORING_CASE -> {
                    int end = again(program.argument[step], at, program.op[step] == Program.REFERENCE_IGNORING_CASE);
                    if (end >= 0) {
                        at = end;
                        following = program.next[step];
                    }
                }
                case Program.ATOMIC -> {
                    int before = top;
                    int end = run(program.next[step], at);
                    if (end >= 0) {
                        forgetChoices(before);
                        at = end;
                        following = program.argument[step];
                    }
                }
                case Program.LOOK_AHEAD, Program.NOT_AHEAD -> {
                    if (look(step, at, false, program.op[step] == Program.NOT_AHEAD)) {
                        following = program.argument[step];
                    }
                }
                case Program.LOOK_BEHIND, Program.NOT_BEHIND -> {
                    if (look(step, at, true, program.op[step] == Program.NOT_BEHIND)) {
                        following = program.argument[step];
                    }
                }
                default -> throw new IllegalStateException("instruction " + program.op[step]);
            }
            while (following < 0) {
                if (top == base) {
                    return -1;
                }
                top -= 3;
                switch (stack[top + 2]) {
                    case SLOT -> places[stack[top]] = stack[top + 1];
                    case REGISTER -> registers[stack[top]] = stack[top + 1];
                    default -> {
                        following = stack[top];
                        at = stack[top + 1];
                    }
                }
            }
            step = following;
        }
        undo(base);
        return -1;
    }

    /** The step after the loop whose choice is at the given step. */
    private int exit(int choice) {
        return program.exits.getOrDefault(choice, choice);
    }

    private boolean look(int step, int at, boolean behind, boolean negative) {
        int before = top;
        boolean found = false;
        if (behind) {
            int[] widths = program.widths.getOrDefault(step, new int[3]);
            push(widths[2], registers[widths[2]], REGISTER);
            registers[widths[2]] = at;
            for (int width = widths[0]; width <= widths[1] && !found && at - width >= from; width++) {
                found = run(program.next[step], at - width) >= 0;
            }
        } else {
            found = run(program.next[step], at) >= 0;
        }
        if (isExhausted()) {
            return false;
        }
        if (negative) {
            undo(before);
        } else {
            forgetChoices(before);
        }
        return found != negative;
    }

    private boolean holds(Assertion assertion, int at) {
        if (assertion == Assertion.END_TEXT_OR_LAST_NEWLINE) {
            return at == to || at == to - 1 && text[at] == '\n';
        }
        int before = at == from ? Assertion.NO_BYTE : text[at - 1] & 0xff;
        return assertion.holds(before, at == to ? Assertion.NO_BYTE : text[at] & 0xff);
    }

    /** The end of a repetition of the group's text at {@code at}; -1: the text is not repeated there, or the group did not take part. */
    private int again(int group, int at, boolean ignoreCase) {
        int start = places[2 * group];
        int end = places[2 * group + 1];
        if (start < 0 || end < start || at + (end - start) > to) {
            return -1;
        }
        for (int i = 0; i < end - start; i++) {
            if (--budget < 0) {
                return -1;
            }
            int a = text[start + i];
            int b = text[at + i];
            if (a != b && !(ignoreCase && lower(a) == lower(b))) {
                return -1;
            }
        }
        return at + end - start;
    }

    private static int lower(int value) {
        return value >= 'A' && value <= 'Z' ? value + 32 : value;
    }

    private void push(int a, int b, int kind) {
        if (top == stack.length) {
            stack = Arrays.copyOf(stack, top * 2);
        }
        stack[top] = a;
        stack[top + 1] = b;
        stack[top + 2] = kind;
        top += 3;
    }

    private void undo(int base) {
        while (top > base) {
            top -= 3;
            switch (stack[top + 2]) {
                case SLOT -> places[stack[top]] = stack[top + 1];
                case REGISTER -> registers[stack[top]] = stack[top + 1];
                default -> {}
            }
        }
    }

    /** Drops choices above {@code base}, and keeps the values to restore for earlier choices. */
    private void forgetChoices(int base) {
        int kept = base;
        for (int i = base; i < top; i += 3) {
            if (stack[i + 2] != CHOICE) {
                System.arraycopy(stack, i, stack, kept, 3);
                kept += 3;
            }
        }
        top = kept;
    }
}
