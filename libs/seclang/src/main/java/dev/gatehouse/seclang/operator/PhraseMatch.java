package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.regex.RegexSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * {@code @pm}: any of many phrases, without regard to the case of ASCII letters, in one pass (Aho and Corasick, as a complete
 * automaton over the bytes that occur in the phrases).
 */
final class PhraseMatch implements Screening {
    private static final int MAX_STATES = 1 << 18;

    /** Those that some rule set has, by their phrases: another one takes them as they are. */
    private static final Shared<List<Bytes>, PhraseMatch> KNOWN = new Shared<>(0);

    /** The column of a byte; 0 for bytes that no phrase has. */
    private final int[] columns = new int[256];

    private final int width;
    private final int[] next;
    /** The length of the longest phrase that ends in a state; 0: none does. */
    private final int[] ended;

    private final RegexSet.Candidate candidate;

    private PhraseMatch(List<Bytes> phrases) {
        candidate = new RegexSet.Candidate(
                phrases.stream()
                        .map(phrase -> phrase.toString().toLowerCase(Locale.ROOT))
                        .toList(),
                phrases.stream().mapToInt(Bytes::length).min().orElse(0),
                ByteSet.ALL,
                null);
        int used = 1;
        int states = 1;
        for (Bytes phrase : phrases) {
            states += phrase.length();
            for (int i = 0; i < phrase.length(); i++) {
                int lower = Ascii.lower(phrase.at(i));
                if (columns[lower] == 0) {
                    columns[lower] = used;
                    columns[Ascii.upper(lower)] = used++;
                }
            }
        }
        width = used;
        next = new int[states * width];
        ended = new int[states];
        Arrays.fill(next, -1);
        int last = 0;
        for (Bytes phrase : phrases) {
            int state = 0;
            for (int i = 0; i < phrase.length(); i++) {
                int edge = state * width + columns[phrase.at(i)];
                if (next[edge] < 0) {
                    next[edge] = ++last;
                }
                state = next[edge];
            }
            ended[state] = phrase.length();
        }
        complete();
    }

    /** Every missing edge goes where the longest proper suffix would go. */
    private void complete() {
        int[] fail = new int[ended.length];
        Deque<Integer> open = new ArrayDeque<>();
        for (int column = 0; column < width; column++) {
            if (next[column] < 0) {
                next[column] = 0;
            } else {
                open.add(next[column]);
            }
        }
        while (!open.isEmpty()) {
            int state = open.remove();
            if (ended[state] == 0) {
                ended[state] = ended[fail[state]];
            }
            for (int column = 0; column < width; column++) {
                int edge = state * width + column;
                int fallback = next[fail[state] * width + column];
                if (next[edge] < 0) {
                    next[edge] = fallback;
                } else {
                    fail[next[edge]] = fallback;
                    open.add(next[edge]);
                }
            }
        }
    }

    static Operator operator(Span argument) throws SecLangException {
        List<Bytes> phrases = new ArrayList<>();
        int length = 0;
        for (String word : argument.text().split("[ \t\r\n]+", -1)) {
            if (!word.isEmpty()) {
                Bytes phrase = phrase(argument, word);
                length += phrase.length();
                phrases.add(phrase);
            }
        }
        if (phrases.isEmpty()) {
            throw argument.error("@pm without a phrase (expected: phrases separated by spaces)");
        }
        return of(argument, phrases, length);
    }

    /** A phrase in each line of the files; lines that begin with {@code #} are comments. */
    static Operator fromFile(Span argument, OperatorFiles files) throws SecLangException {
        List<Bytes> phrases = new ArrayList<>();
        int length = 0;
        for (String path : argument.text().strip().split("[ \t]+", -1)) {
            for (String line : files.read(argument.replaced(path)).toString().split("\n", -1)) {
                String phrase = line.strip();
                if (!phrase.isEmpty() && !phrase.startsWith("#")) {
                    phrases.add(Bytes.latin1(phrase));
                    length += phrase.length();
                }
            }
        }
        return phrases.isEmpty() ? (value, context) -> false : of(argument, phrases, length);
    }

    static Operator fromDataset(Span argument, OperatorFiles files) throws SecLangException {
        List<Bytes> phrases = new ArrayList<>();
        int length = 0;
        for (String line : files.dataset(argument)) {
            Bytes phrase = Bytes.utf8(line);
            phrases.add(phrase);
            length += phrase.length();
        }
        return phrases.isEmpty() ? (value, context) -> false : of(argument, phrases, length);
    }

    private static Operator of(Span argument, List<Bytes> phrases, int length) throws SecLangException {
        if (length > MAX_STATES) {
            throw argument.error("@pm with " + length + " bytes of phrases (expected: at most " + MAX_STATES + ")");
        }
        return KNOWN.get(List.copyOf(phrases), () -> new PhraseMatch(phrases));
    }

    /** Snort's form: {@code a|0d 0a|b} has bytes in hexadecimal between bars. A single bar is itself. */
    private static Bytes phrase(Span argument, String word) throws SecLangException {
        int open = word.indexOf('|');
        int close = word.indexOf('|', open + 1);
        if (open < 0 || close < 0) {
            return Bytes.utf8(word);
        }
        BytesBuilder phrase = new BytesBuilder(word.length());
        int from = 0;
        while (open >= 0 && close >= 0) {
            phrase.append(Bytes.utf8(word.substring(from, open)));
            String hex = word.substring(open + 1, close);
            if (hex.isEmpty() || hex.length() % 2 != 0 || !hex.chars().allMatch(Ascii::isHex)) {
                throw argument.error(
                        "\"|" + hex + "|\" in a phrase (expected: pairs of hexadecimal digits between bars)");
            }
            for (int i = 0; i < hex.length(); i += 2) {
                phrase.append(Ascii.hex(hex.charAt(i)) * 16 + Ascii.hex(hex.charAt(i + 1)));
            }
            from = close + 1;
            open = word.indexOf('|', from);
            close = open < 0 ? -1 : word.indexOf('|', open + 1);
        }
        return phrase.append(Bytes.utf8(word.substring(from))).build();
    }

    @Override
    public RegexSet.Candidate candidate() {
        return candidate;
    }

    @Override
    public boolean matches(Bytes value, MatchContext context) {
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
                if (context.capturing()) {
                    context.capture(0, value.slice(i - from + 1 - ended[state], i - from + 1));
                }
                return true;
            }
        }
        return false;
    }
}
