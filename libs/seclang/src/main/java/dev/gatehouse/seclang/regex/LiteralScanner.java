package dev.gatehouse.seclang.regex;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Tells in one pass which owners have one of their literals in a text, whatever the case of its letters (Aho and Corasick, as a table).
 * Immutable.
 */
final class LiteralScanner {
    /** Longer ones make the table larger than the cache and tell hardly more. Of such the end counts: many begin with a tag or a path. */
    private static final int LONGEST = 8;

    private static final int NONE = Integer.MIN_VALUE;

    private final byte[] classOf = new byte[256];
    private final int stride;
    /** The transitions: where the row of the state begins that follows; negative: the number, complemented, of one that ends a literal. */
    private final int[] next;
    /** Of each state that ends a literal, by its number, where its row begins. */
    private final int[] rowOf;
    /** Of each of them the bits of the owners of the literals that end there. */
    private final long[][] owners;

    /** @param literals of each owner, in lower case; none: the owner is never found */
    LiteralScanner(List<List<String>> literals) {
        int classes = 1;
        boolean[] used = new boolean[256];
        literals.forEach(each ->
                each.forEach(literal -> shortened(literal).chars().forEach(c -> used[c] = true)));
        for (int value = 0; value < 256; value++) {
            int lower = value >= 'A' && value <= 'Z' ? value + 32 : value;
            if (used[lower] && lower == value) {
                classOf[value] = (byte) classes++;
            }
        }
        for (int value = 'A'; value <= 'Z'; value++) {
            classOf[value] = classOf[value + 32];
        }
        stride = classes;

        List<int[]> rows = new ArrayList<>();
        List<List<Integer>> ends = new ArrayList<>();
        rows.add(new int[stride]);
        ends.add(new ArrayList<>());
        for (int owner = 0; owner < literals.size(); owner++) {
            for (String literal : literals.get(owner)) {
                int state = 0;
                for (char c : shortened(literal).toCharArray()) {
                    int symbol = classOf[c] & 0xff;
                    if (rows.get(state)[symbol] == 0) {
                        rows.get(state)[symbol] = rows.size();
                        rows.add(new int[stride]);
                        ends.add(new ArrayList<>());
                    }
                    state = rows.get(state)[symbol];
                }
                ends.get(state).add(owner);
            }
        }
        follow(rows, ends);
        int[] numbers = new int[rows.size()];
        int ending = 0;
        for (int state = 0; state < numbers.length; state++) {
            numbers[state] = ends.get(state).isEmpty() ? -1 : ending++;
        }
        rowOf = new int[ending];
        owners = new long[ending][];
        next = new int[rows.size() * stride];
        for (int state = 0; state < numbers.length; state++) {
            if (numbers[state] >= 0) {
                rowOf[numbers[state]] = state * stride;
                owners[numbers[state]] = bits(ends.get(state), literals.size());
            }
            for (int symbol = 0; symbol < stride; symbol++) {
                int target = rows.get(state)[symbol];
                next[state * stride + symbol] = numbers[target] >= 0 ? ~numbers[target] : target * stride;
            }
        }
    }

    private static long[] bits(List<Integer> owners, int count) {
        long[] bits = new long[(count + 63) / 64];
        for (int owner : owners) {
            bits[owner >> 6] |= 1L << owner;
        }
        return bits;
    }

    private static String shortened(String literal) {
        return literal.substring(Math.max(literal.length() - LONGEST, 0));
    }

    /** Completes the trie: where it has no way, the way of the longest suffix that has one. */
    private void follow(List<int[]> rows, List<List<Integer>> ends) {
        int[] suffix = new int[rows.size()];
        Deque<Integer> states = new ArrayDeque<>();
        for (int target : rows.getFirst()) {
            if (target != 0) {
                states.add(target);
            }
        }
        while (!states.isEmpty()) {
            int state = states.remove();
            ends.get(state).addAll(ends.get(suffix[state]));
            int[] row = rows.get(state);
            int[] of = rows.get(suffix[state]);
            for (int symbol = 0; symbol < stride; symbol++) {
                if (row[symbol] == 0) {
                    row[symbol] = of[symbol];
                } else {
                    suffix[row[symbol]] = of[symbol];
                    states.add(row[symbol]);
                }
            }
        }
    }

    /** Sets the bits of the owners that have a literal in the text. */
    void scan(byte[] text, int from, int to, long[] found) {
        int[] next = this.next;
        byte[] classOf = this.classOf;
        int state = 0;
        /* The transition that leads to the state, if a literal ends there. */
        int again = NONE;
        for (int i = from; i < to; i++) {
            int following = next[state + (classOf[text[i] & 0xff] & 0xff)];
            // Most bytes lead nowhere: as a branch that is foreseen, the next byte need not wait for this one's state.
            if (following == state || following == again) {
                continue;
            }
            if (following < 0) {
                again = following;
                long[] ended = owners[~following];
                for (int word = 0; word < ended.length; word++) {
                    found[word] |= ended[word];
                }
                state = rowOf[~following];
            } else {
                again = NONE;
                state = following;
            }
        }
    }
}
