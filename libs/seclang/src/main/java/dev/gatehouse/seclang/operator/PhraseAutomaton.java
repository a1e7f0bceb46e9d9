package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds any of many phrases, whatever the case of ASCII letters, in one pass (Aho and Corasick, as a complete automaton over the bytes
 * that occur in the phrases). Immutable.
 */
final class PhraseAutomaton {
    /** The column of a byte; 0 for bytes that no phrase has. */
    private final int[] columns = new int[256];

    private final int width;
    private final int[] next;
    /** The length of the longest phrase that ends in a state; 0: none does. */
    private final int[] ended;

    PhraseAutomaton(List<Bytes> phrases) {
        int used = 1;
        int most = 1;
        for (Bytes phrase : phrases) {
            most += phrase.length();
            for (int i = 0; i < phrase.length(); i++) {
                int lower = Ascii.lower(phrase.at(i));
                if (columns[lower] == 0) {
                    columns[lower] = used;
                    columns[Ascii.upper(lower)] = used++;
                }
            }
        }
        width = used;
        int[] edges = new int[64 * width];
        int[] column = new int[most];
        int[] sibling = new int[most];
        int[] firstChild = new int[most];
        int[] lengths = new int[most];
        int states = 1;
        for (Bytes phrase : phrases) {
            int state = 0;
            for (int i = 0; i < phrase.length(); i++) {
                int way = columns[phrase.at(i)];
                int child = edges[state * width + way];
                if (child == 0) {
                    child = states++;
                    if (child * width == edges.length) {
                        edges = Arrays.copyOf(edges, edges.length * 2);
                    }
                    edges[state * width + way] = child;
                    column[child] = way;
                    sibling[child] = firstChild[state];
                    firstChild[state] = child;
                }
                state = child;
            }
            lengths[state] = phrase.length();
        }
        next = Arrays.copyOf(edges, states * width);
        ended = Arrays.copyOf(lengths, states);
        complete(column, sibling, firstChild);
    }

    /** Every missing edge goes where the longest proper suffix would go: its row is copied, and the state's own edges are kept. */
    private void complete(int[] column, int[] sibling, int[] firstChild) {
        int[] suffix = new int[ended.length];
        int[] queue = new int[ended.length];
        int queued = 1;
        for (int at = 0; at < queued; at++) {
            int state = queue[at];
            int row = state * width;
            if (state != 0) {
                System.arraycopy(next, suffix[state] * width, next, row, width);
                ended[state] = ended[state] == 0 ? ended[suffix[state]] : ended[state];
            }
            for (int child = firstChild[state]; child != 0; child = sibling[child]) {
                queue[queued++] = child;
                int edge = row + column[child];
                suffix[child] = state == 0 ? 0 : next[edge];
                next[edge] = child;
            }
        }
    }

    /** The phrase that ends first, the longest of those; null: there is none. */
    @Nullable
    Bytes find(Bytes value) {
        byte[] text = value.array();
        int from = value.offset();
        int to = from + value.length();
        int state = 0;
        for (int i = from; i < to; i++) {
            int following = next[state * width + columns[text[i] & 0xff]];
            if (following == state) {
                continue; // as in RegexSet's scanner: the next byte need not wait for a state that stays
            }
            state = following;
            if (ended[state] > 0) {
                return value.slice(i - from + 1 - ended[state], i - from + 1);
            }
        }
        return null;
    }
}
