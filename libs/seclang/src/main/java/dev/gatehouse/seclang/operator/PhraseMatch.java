package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.regex.RegexSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * {@code @pm}: any of many phrases, without regard to the case of ASCII letters, in one pass. The automaton is built
 * when the first text is read: a screen filters texts by the phrases, and most lists never match a text.
 */
final class PhraseMatch implements Screening {
    private static final int MAX_STATES = 1 << 18;

    /** The matchers in use by some rule set, by their phrases. Other rule sets reuse them. */
    private static final Shared<List<Bytes>, PhraseMatch> KNOWN = new Shared<>(0);

    private final List<Bytes> phrases;
    private final RegexSet.Candidate candidate;
    private volatile @Nullable PhraseAutomaton automaton;

    private PhraseMatch(List<Bytes> phrases) {
        this.phrases = phrases;
        List<String> literals = new ArrayList<>(phrases.size());
        int shortest = Integer.MAX_VALUE;
        for (Bytes phrase : phrases) {
            literals.add(lower(phrase));
            shortest = Math.min(shortest, phrase.length());
        }
        candidate = new RegexSet.Candidate(literals, shortest, ByteSet.ALL);
    }

    static Operator operator(Span argument) throws SecLangException {
        List<Bytes> phrases = new ArrayList<>();
        int length = 0;
        for (StringTokenizer words = new StringTokenizer(argument.text(), " \t\r\n"); words.hasMoreTokens(); ) {
            Bytes phrase = phrase(argument, words.nextToken());
            length += phrase.length();
            phrases.add(phrase);
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
        for (StringTokenizer paths = new StringTokenizer(argument.text(), " \t"); paths.hasMoreTokens(); ) {
            Bytes file = files.read(argument.replaced(paths.nextToken()));
            for (StringTokenizer lines = new StringTokenizer(file.toString(), "\n"); lines.hasMoreTokens(); ) {
                String phrase = lines.nextToken().strip();
                if (!phrase.isEmpty() && !phrase.startsWith("#")) {
                    phrases.add(Bytes.latin1(phrase));
                    length += phrase.length();
                }
            }
        }
        if (argument.text().isBlank()) {
            throw argument.error("@pmFromFile without a file (expected: its name; of several, separated by spaces)");
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
        return KNOWN.get(List.copyOf(phrases), () -> new PhraseMatch(List.copyOf(phrases)));
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
        Bytes found = automaton().find(value);
        if (found == null) {
            return false;
        }
        if (context.capturing()) {
            context.capture(0, found);
        }
        return true;
    }

    private PhraseAutomaton automaton() {
        PhraseAutomaton made = automaton;
        if (made == null) {
            synchronized (this) {
                made = automaton;
                if (made == null) {
                    made = new PhraseAutomaton(phrases);
                    automaton = made;
                }
            }
        }
        return made;
    }

    /** As a screen looks for it: other bytes than ASCII's letters have no case. */
    private static String lower(Bytes phrase) {
        byte[] lower = new byte[phrase.length()];
        for (int i = 0; i < lower.length; i++) {
            lower[i] = (byte) Ascii.lower(phrase.at(i));
        }
        return new String(lower, StandardCharsets.ISO_8859_1);
    }
}
