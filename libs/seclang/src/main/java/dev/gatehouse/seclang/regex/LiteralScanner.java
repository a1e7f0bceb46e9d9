package dev.gatehouse.seclang.regex;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds in one pass the owners that have at least one of their literals in a text, ignoring case (Aho and Corasick's
 * algorithm, as a table). Immutable.
 */
final class LiteralScanner {
    /**
     * The longest part of a literal that is used, in bytes. Longer parts would make the table exceed the cache and
     * distinguish little more. The end of a literal is used, since many begin with an equal tag or path.
     */
    private static final int LONGEST = 8;

    /**
     * The greatest length of short texts. In such a text the branch predictor does not learn whether a byte leads on,
     * so testing for it takes longer than the step itself.
     */
    private static final int SHORT = 64;

    private static final int NONE = Integer.MIN_VALUE;

    private final byte[] classOf = new byte[256];
    /** The transitions: the index of the next state's row; negative: the complement of the number of a state that ends a literal. */
    private final int[] next;
    /** For each state that ends a literal, by its number, the index of its row. */
    private final int[] rowOf;
    /** For each of these states, the bits of the owners of the literals that end there. */
    private final long[][] owners;

    /** @param literals the literals of each owner, in lower case; an owner without literals is never found */
    LiteralScanner(List<List<String>> literals) {
        Trie trie = new Trie(classes(literals), (literals.size() + 63) / 64);
        for (int owner = 0; owner < literals.size(); owner++) {
            for (String literal : literals.get(owner)) {
                trie.add(literal, Math.max(literal.length() - LONGEST, 0), owner);
            }
        }
        trie.complete();
        next = trie.next;
        rowOf = Arrays.copyOf(trie.rowOf, trie.ending);
        owners = Arrays.copyOf(trie.owners, trie.ending);
    }

    /** Gives each occurring byte a class; returns the number of classes. */
    private int classes(List<List<String>> literals) {
        boolean[] used = new boolean[256];
        for (List<String> each : literals) {
            for (String literal : each) {
                for (int i = Math.max(literal.length() - LONGEST, 0); i < literal.length(); i++) {
                    used[literal.charAt(i)] = true;
                }
            }
        }
        int classes = 1;
        for (int value = 0; value < 256; value++) {
            if (used[value] && (value < 'A' || value > 'Z')) {
                classOf[value] = (byte) classes++;
            }
        }
        for (int value = 'A'; value <= 'Z'; value++) {
            classOf[value] = classOf[value + 32];
        }
        return classes;
    }

    /**
     * Builds the trie of the literals, then completes its transitions. The row of a state is a copy of its longest
     * suffix's row, overwritten by its own transitions, so that only these are visited.
     */
    private final class Trie {
        private static final int NO_STATE = 0;

        private final int stride;
        private final int words;
        private int states = 1;
        /** The root's own transitions, which are by far the most. */
        private final int[] ways;

        private int[] next = {};
        /** For each state, the symbol that leads to it, and its next sibling. */
        private int[] symbol = new int[64];

        private int[] sibling = new int[64];
        private int[] firstChild = new int[64];
        private long[] @Nullable [] ends = new long[64][];

        private int ending;
        private int[] rowOf = new int[64];
        private long[][] owners = new long[64][];

        Trie(int stride, int words) {
            this.stride = stride;
            this.words = words;
            ways = new int[stride];
        }

        void add(String literal, int from, int owner) {
            int state = 0;
            for (int i = from; i < literal.length(); i++) {
                int way = classOf[literal.charAt(i)] & 0xff;
                int child = state == 0 ? ways[way] : firstChild[state];
                while (child != NO_STATE && symbol[child] != way) {
                    child = sibling[child];
                }
                state = child == NO_STATE ? child(state, way) : child;
            }
            long[] bits = ends[state];
            if (bits == null) {
                bits = new long[words];
                ends[state] = bits;
            }
            bits[owner >> 6] |= 1L << owner;
        }

        private int child(int state, int way) {
            if (states == symbol.length) {
                symbol = Arrays.copyOf(symbol, states * 2);
                sibling = Arrays.copyOf(sibling, states * 2);
                firstChild = Arrays.copyOf(firstChild, states * 2);
                ends = Arrays.copyOf(ends, states * 2);
            }
            int child = states++;
            if (state == 0) {
                ways[way] = child;
            }
            symbol[child] = way;
            sibling[child] = firstChild[state];
            firstChild[state] = child;
            return child;
        }

        /** Fills missing transitions with the longest suffix's, in the order of growing length. */
        void complete() {
            next = new int[states * stride];
            int[] suffix = new int[states];
            int[] queue = new int[states];
            int queued = 1;
            for (int at = 0; at < queued; at++) {
                int state = queue[at];
                int row = state * stride;
                if (state != 0) {
                    System.arraycopy(next, suffix[state] * stride, next, row, stride);
                }
                for (int child = firstChild[state]; child != NO_STATE; child = sibling[child]) {
                    queue[queued++] = child;
                    int edge = row + symbol[child];
                    suffix[child] = state == 0 ? 0 : stateAt(next[edge]);
                    next[edge] = transition(child, ends[suffix[child]]);
                }
            }
        }

        private int stateAt(int transition) {
            return (transition < 0 ? rowOf[~transition] : transition) / stride;
        }

        /** @param inherited the owners of literals that end at a suffix */
        private int transition(int state, long @Nullable [] inherited) {
            long[] bits = ends[state];
            if (bits == null) {
                bits = inherited;
                ends[state] = bits;
            } else if (inherited != null) {
                for (int word = 0; word < words; word++) {
                    bits[word] |= inherited[word];
                }
            }
            if (bits == null) {
                return state * stride;
            }
            if (ending == rowOf.length) {
                rowOf = Arrays.copyOf(rowOf, ending * 2);
                owners = Arrays.copyOf(owners, ending * 2);
            }
            rowOf[ending] = state * stride;
            owners[ending] = bits;
            return ~ending++;
        }
    }

    /** Sets the bits of the owners that have a literal in the text. */
    void scan(byte[] text, int from, int to, long[] found) {
        if (to - from <= SHORT) {
            scanShort(text, from, to, found);
        } else {
            scanLong(text, from, to, found);
        }
    }

    private void scanShort(byte[] text, int from, int to, long[] found) {
        int[] next = this.next;
        byte[] classOf = this.classOf;
        int state = 0;
        for (int i = from; i < to; i++) {
            state = next[state + (classOf[text[i] & 0xff] & 0xff)];
            if (state < 0) {
                addOwners(~state, found);
                state = rowOf[~state];
            }
        }
    }

    private void addOwners(int ending, long[] found) {
        long[] ended = owners[ending];
        for (int word = 0; word < ended.length; word++) {
            found[word] |= ended[word];
        }
    }

    private void scanLong(byte[] text, int from, int to, long[] found) {
        int[] next = this.next;
        byte[] classOf = this.classOf;
        int state = 0;
        /* The transition that leads to the state, if a literal ends there. */
        int again = NONE;
        for (int i = from; i < to; i++) {
            int following = next[state + (classOf[text[i] & 0xff] & 0xff)];
            // Most bytes lead to no state. The branch is predicted well, so that the next byte need not wait for this
            // byte's state.
            if (following == state || following == again) {
                continue;
            }
            if (following < 0) {
                again = following;
                addOwners(~following, found);
                state = rowOf[~following];
            } else {
                again = NONE;
                state = following;
            }
        }
    }
}
