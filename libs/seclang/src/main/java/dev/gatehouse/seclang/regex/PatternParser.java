package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pattern: RE2's syntax, and the PCRE extensions that ModSecurity's rules use (possessive quantifiers, atomic
 * groups, look-around, back references, {@code \h}, {@code \R}, {@code (?x)}). A byte is a byte: a character outside
 * ASCII stands for the bytes that encode it, and in brackets for each of them.
 */
final class PatternParser {
    private static final int DEEPEST = 250;
    private static final int MOST_REPEATS = 65_535;

    private static final int IGNORE_CASE = 1;
    private static final int MULTI_LINE = 2;
    private static final int DOT_ALL = 4;
    private static final int UNGREEDY = 8;
    private static final int EXTENDED = 16;

    private static final ByteSet HORIZONTAL_SPACE =
            ByteSet.of(' ').or(ByteSet.of('\t')).or(ByteSet.of(0xa0));
    private static final ByteSet VERTICAL_SPACE = ByteSet.range('\n', '\r').or(ByteSet.of(0x85));

    private final byte[] pattern;
    private final Map<String, Integer> names = new HashMap<>();
    private int at;
    private int flags;
    private int groups;
    private int depth;
    private int highestReference;
    private int highestReferenceAt;

    /** @param groups the number of its capturing groups */
    record Parsed(Node node, int groups) {}

    private PatternParser(byte[] pattern, Set<Regex.Flag> flags) {
        this.pattern = pattern;
        this.flags = DOT_ALL
                | (flags.contains(Regex.Flag.IGNORE_CASE) ? IGNORE_CASE : 0)
                | (flags.contains(Regex.Flag.MULTI_LINE) ? MULTI_LINE : 0);
    }

    static Parsed parse(byte[] pattern, Set<Regex.Flag> flags) throws RegexSyntaxException {
        PatternParser parser = new PatternParser(pattern, flags);
        Node node = parser.alternatives();
        if (parser.at < pattern.length) {
            throw error(parser.at, "\")\" closes no group (expected: \"\\)\" for the character)");
        }
        if (parser.highestReference > parser.groups) {
            throw error(
                    parser.highestReferenceAt,
                    "there is no group " + parser.highestReference + " (expected: 1 to " + parser.groups + ")");
        }
        return new Parsed(node, parser.groups);
    }

    private static RegexSyntaxException error(int offset, String message) {
        return new RegexSyntaxException(offset, message);
    }

    private boolean is(int flag) {
        return (flags & flag) != 0;
    }

    private boolean more() {
        return at < pattern.length;
    }

    private int peek() {
        return more() ? pattern[at] & 0xff : -1;
    }

    private boolean ahead(String text) {
        if (at + text.length() > pattern.length) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((pattern[at + i] & 0xff) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean take(String text) {
        boolean there = ahead(text);
        if (there) {
            at += text.length();
        }
        return there;
    }

    /** Reads alternatives. Flags that are set in a group hold until the group's end. */
    private Node alternatives() throws RegexSyntaxException {
        if (++depth > DEEPEST) {
            throw error(at, "groups are nested more than " + DEEPEST + " deep");
        }
        int outer = flags;
        List<Node> nodes = new ArrayList<>();
        nodes.add(sequence());
        while (take("|")) {
            nodes.add(sequence());
        }
        flags = outer;
        depth--;
        return nodes.size() == 1 ? nodes.getFirst() : new Node.Alternatives(nodes);
    }

    private Node sequence() throws RegexSyntaxException {
        List<Node> nodes = new ArrayList<>();
        while (more() && peek() != '|' && peek() != ')') {
            if (is(EXTENDED) && skipBlank()) {
                continue;
            }
            if (take("(?#")) {
                until(")", "a comment");
            } else if (take("\\Q")) {
                quoted(nodes);
            } else if (ahead("\\E")) {
                at += 2;
            } else {
                atom(nodes);
            }
        }
        return nodes.size() == 1 ? nodes.getFirst() : nodes.isEmpty() ? new Node.Empty() : new Node.Sequence(nodes);
    }

    private boolean skipBlank() {
        if (peek() == '#') {
            while (more() && peek() != '\n') {
                at++;
            }
            return true;
        }
        if (ByteSet.SPACE.has(peek())) {
            at++;
            return true;
        }
        return false;
    }

    private void until(String end, String what) throws RegexSyntaxException {
        int start = at;
        while (!ahead(end)) {
            if (!more()) {
                throw error(start, what + " does not end (expected: \"" + end + "\")");
            }
            at++;
        }
        at += end.length();
    }

    private void quoted(List<Node> nodes) throws RegexSyntaxException {
        int before = nodes.size();
        while (more() && !ahead("\\E")) {
            nodes.add(literal(pattern[at++] & 0xff));
        }
        take("\\E");
        if (nodes.size() > before) {
            nodes.add(repeated(nodes.removeLast()));
        }
    }

    private void atom(List<Node> nodes) throws RegexSyntaxException {
        int start = at;
        int c = pattern[at++] & 0xff;
        Node node = switch (c) {
            case '(' -> group(start);
            case '[' -> new Node.Bytes(brackets(start));
            case '.' -> new Node.Bytes(is(DOT_ALL) ? ByteSet.ALL : ByteSet.NEWLINE.not());
            case '^' -> new Node.Assert(is(MULTI_LINE) ? Assertion.BEGIN_LINE : Assertion.BEGIN_TEXT);
            case '$' -> new Node.Assert(is(MULTI_LINE) ? Assertion.END_LINE : Assertion.END_TEXT);
            case '\\' -> escape(start);
            case '*', '+', '?' ->
                throw error(start, "\"" + (char) c + "\" repeats nothing (expected: something before it)");
            case '{' -> {
                at = start;
                if (repetition() != null) {
                    throw error(start, "a repetition of nothing (expected: something before it)");
                }
                at = start + 1;
                yield literal(c);
            }
            default -> literal(c);
        };
        nodes.add(repeated(node));
    }

    private Node literal(int c) {
        ByteSet set = ByteSet.of(c);
        return new Node.Bytes(is(IGNORE_CASE) ? set.folded() : set);
    }

    /** The node with the quantifiers that follow. */
    private Node repeated(Node node) throws RegexSyntaxException {
        Node repeated = node;
        while (more()) {
            if (is(EXTENDED) && skipBlank()) {
                continue;
            }
            int start = at;
            Bounds bounds = repetition();
            if (bounds == null) {
                at = start;
                return repeated;
            }
            if (repeated instanceof Node.Repeat && repeated != node) {
                throw error(start, "a quantifier of a quantifier (expected: a group around the first)");
            }
            boolean possessive = take("+");
            boolean greedy = (!possessive && take("?")) == is(UNGREEDY);
            repeated = new Node.Repeat(node, bounds.min(), bounds.max(), greedy || possessive);
            if (possessive) {
                return new Node.Atomic(repeated);
            }
        }
        return repeated;
    }

    private record Bounds(int min, int max) {}

    /** Reads the quantifier at this position; null: there is none. */
    private @Nullable Bounds repetition() throws RegexSyntaxException {
        int start = at;
        if (take("*")) {
            return new Bounds(0, Node.Repeat.UNBOUNDED);
        }
        if (take("+")) {
            return new Bounds(1, Node.Repeat.UNBOUNDED);
        }
        if (take("?")) {
            return new Bounds(0, 1);
        }
        if (!take("{")) {
            return null;
        }
        int min = number();
        int max = min;
        if (take(",")) {
            max = number();
            if (min < 0) {
                // {,n} is text to RE2 and to PCRE before 10.43.
                return null;
            }
        }
        if (min < 0 || !take("}")) {
            return null;
        }
        if (min > MOST_REPEATS || max > MOST_REPEATS) {
            throw error(start, "a repetition of more than " + MOST_REPEATS);
        }
        if (max >= 0 && max < min) {
            throw error(start, "a repetition of " + min + " to " + max + " (expected: the smaller bound first)");
        }
        return new Bounds(min, max);
    }

    /** Reads a number; -1: there is no digit at this position. */
    private int number() {
        int value = -1;
        while (more() && ByteSet.DIGIT.has(peek())) {
            value = Math.min(Math.max(value, 0) * 10 + (peek() - '0'), MOST_REPEATS + 1);
            at++;
        }
        return value;
    }

    private Node group(int start) throws RegexSyntaxException {
        Node node;
        if (!take("?")) {
            node = capturing();
        } else if (take(":")) {
            node = alternatives();
        } else if (take(">")) {
            node = new Node.Atomic(alternatives());
        } else if (take("=")) {
            node = new Node.Look(true, false, alternatives());
        } else if (take("!")) {
            node = new Node.Look(true, true, alternatives());
        } else if (take("<=")) {
            node = new Node.Look(false, false, alternatives());
        } else if (take("<!")) {
            node = new Node.Look(false, true, alternatives());
        } else if (take("P<") || take("<")) {
            names.put(name('>', start), groups + 1);
            node = capturing();
        } else if (take("'")) {
            names.put(name('\'', start), groups + 1);
            node = capturing();
        } else if (take("P=")) {
            node = named(name(')', start), start);
            at--;
        } else {
            return flagged(start);
        }
        if (!take(")")) {
            throw error(start, "the group does not end (expected: \")\")");
        }
        return node;
    }

    private Node capturing() throws RegexSyntaxException {
        int number = ++groups;
        return new Node.Group(number, alternatives());
    }

    private String name(char end, int start) throws RegexSyntaxException {
        StringBuilder name = new StringBuilder();
        while (more() && peek() != end) {
            if (!ByteSet.WORD.has(peek()) || name.isEmpty() && ByteSet.DIGIT.has(peek())) {
                throw error(
                        at,
                        "the name of a group has the character \"" + (char) peek()
                                + "\" (expected: letters, digits and \"_\", beginning with no digit)");
            }
            name.append((char) peek());
            at++;
        }
        if (name.isEmpty() || !more()) {
            throw error(start, "the group has no name (expected: a name and \"" + end + "\")");
        }
        at++;
        return name.toString();
    }

    private Node named(String name, int start) throws RegexSyntaxException {
        Integer number = names.get(name);
        if (number == null) {
            throw error(start, "there is no group \"" + name + "\" before this");
        }
        return new Node.BackReference(number, is(IGNORE_CASE));
    }

    /** Reads {@code (?flags)}, for the rest of the enclosing group, or {@code (?flags:...)}, for its own content. */
    private Node flagged(int start) throws RegexSyntaxException {
        int before = flags;
        boolean on = true;
        while (more()) {
            int c = pattern[at++] & 0xff;
            int flag = switch (c) {
                case 'i' -> IGNORE_CASE;
                case 'm' -> MULTI_LINE;
                case 's' -> DOT_ALL;
                case 'U' -> UNGREEDY;
                case 'x' -> EXTENDED;
                default -> 0;
            };
            if (flag != 0) {
                flags = on ? flags | flag : flags & ~flag;
            } else if (c == '-' && on) {
                on = false;
            } else if (c == '^') {
                flags = DOT_ALL;
            } else if (c == ')') {
                return new Node.Empty();
            } else if (c == ':') {
                Node node = alternatives();
                if (!take(")")) {
                    throw error(start, "the group does not end (expected: \")\")");
                }
                flags = before;
                return node;
            } else {
                throw error(
                        at - 1,
                        "\"(?" + (char) c
                                + "\" begins no group (expected: one of \":\", \"P<name>\", \"=\", \"!\", \"<=\", \"<!\", \">\", or flags"
                                + " of \"imsUx\")");
            }
        }
        throw error(start, "the group does not end (expected: \")\")");
    }

    private Node escape(int start) throws RegexSyntaxException {
        if (!more()) {
            throw error(start, "a backslash ends the pattern (expected: \"\\\\\" for the character)");
        }
        int c = peek();
        switch (c) {
            case 'A' -> {
                at++;
                return new Node.Assert(Assertion.BEGIN_TEXT);
            }
            case 'z' -> {
                at++;
                return new Node.Assert(Assertion.END_TEXT);
            }
            case 'Z' -> {
                at++;
                return new Node.Assert(Assertion.END_TEXT_OR_LAST_NEWLINE);
            }
            case 'b' -> {
                at++;
                return new Node.Assert(Assertion.WORD_BOUNDARY);
            }
            case 'B' -> {
                at++;
                return new Node.Assert(Assertion.NO_WORD_BOUNDARY);
            }
            case 'R' -> {
                at++;
                return new Node.Atomic(new Node.Alternatives(List.of(
                        new Node.Sequence(List.of(literal('\r'), literal('\n'))), new Node.Bytes(VERTICAL_SPACE))));
            }
            case 'C' -> {
                at++;
                return new Node.Bytes(ByteSet.ALL);
            }
            case 'k' -> {
                at++;
                char end = take("<") ? '>' : take("{") ? '}' : take("'") ? '\'' : 0;
                if (end == 0) {
                    throw error(start, "\"\\k\" without a name (expected: \"\\k<name>\")");
                }
                return named(name(end, start), start);
            }
            case 'g' -> {
                at++;
                boolean braces = take("{");
                boolean relative = take("-");
                int number = number();
                if (number < 1 || braces && !take("}")) {
                    throw error(start, "\"\\g\" without a number (expected: \"\\g{1}\")");
                }
                return reference(relative ? groups + 1 - number : number, start);
            }
            default -> {
                if (c >= '1' && c <= '9' && !octal()) {
                    return reference(number(), start);
                }
                ByteSet set = escapedClass();
                return set != null ? new Node.Bytes(set) : literal(escapedByte(start));
            }
        }
    }

    /** Whether the digits at this position are a byte in octal and not a group number: three octal digits, by PCRE's rule. */
    private boolean octal() {
        return at + 2 < pattern.length && isOctal(at) && isOctal(at + 1) && isOctal(at + 2);
    }

    private boolean isOctal(int index) {
        return index < pattern.length && pattern[index] >= '0' && pattern[index] <= '7';
    }

    private Node reference(int number, int start) throws RegexSyntaxException {
        if (number < 1) {
            throw error(start, "there is no group " + number + " (expected: 1 or more)");
        }
        if (number > highestReference) {
            highestReference = number;
            highestReferenceAt = start;
        }
        return new Node.BackReference(number, is(IGNORE_CASE));
    }

    /** The class of {@code \d} and the like, taken; null, with nothing taken, if none stands here. */
    private @Nullable ByteSet escapedClass() throws RegexSyntaxException {
        ByteSet set = switch (peek()) {
            case 'd' -> ByteSet.DIGIT;
            case 'D' -> ByteSet.DIGIT.not();
            case 'w' -> ByteSet.WORD;
            case 'W' -> ByteSet.WORD.not();
            case 's' -> ByteSet.SPACE;
            case 'S' -> ByteSet.SPACE.not();
            case 'h' -> HORIZONTAL_SPACE;
            case 'H' -> HORIZONTAL_SPACE.not();
            case 'V' -> VERTICAL_SPACE.not();
            case 'N' -> ByteSet.NEWLINE.not();
            case 'p', 'P', 'X' ->
                throw error(
                        at - 1,
                        "\"\\" + (char) peek() + "\" asks for Unicode's properties, and the pattern is"
                                + " matched on bytes (expected: bytes, as in [\\x80-\\xff])");
            default -> null;
        };
        if (set != null) {
            at++;
        }
        return set;
    }

    private int escapedByte(int start) throws RegexSyntaxException {
        int c = pattern[at++] & 0xff;
        return switch (c) {
            case 'a' -> 7;
            case 'e' -> 27;
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 11;
            case 'x' -> hexadecimal(start);
            case 'c' -> {
                if (!more()) {
                    throw error(start, "\"\\c\" without a character");
                }
                yield Character.toUpperCase(pattern[at++] & 0x7f) ^ 0x40;
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                int value = c - '0';
                for (int digits = 1; digits < 3 && isOctal(at); digits++) {
                    value = value * 8 + (pattern[at++] - '0');
                }
                if (value > 0xff) {
                    throw error(start, "the octal number is more than a byte (expected: at most \\377)");
                }
                yield value;
            }
            default -> {
                if (c < 0x80 && ByteSet.WORD.has(c) && c != '_') {
                    throw error(
                            start,
                            "\"\\" + (char) c + "\" has no meaning (expected: the letter alone, or a known escape)");
                }
                yield c;
            }
        };
    }

    private int hexadecimal(int start) throws RegexSyntaxException {
        if (take("{")) {
            int value = 0;
            int digits = 0;
            for (int digit = Character.digit(peek(), 16); digit >= 0; digit = Character.digit(peek(), 16)) {
                value = Math.min(value * 16 + digit, 0x110000);
                digits++;
                at++;
            }
            if (digits == 0 || !take("}")) {
                throw error(start, "\"\\x{\" is not closed (expected: hexadecimal digits and \"}\")");
            }
            if (value > 0xff) {
                throw error(
                        start,
                        "\\x{" + Integer.toHexString(value)
                                + "} is more than a byte (expected: the bytes of its encoding)");
            }
            return value;
        }
        int value = 0;
        int digits = 0;
        for (; digits < 2 && Character.digit(peek(), 16) >= 0; digits++) {
            value = value * 16 + Character.digit(peek(), 16);
            at++;
        }
        // PCRE reads \x without a digit as a zero byte, which no author intends.
        if (digits == 0) {
            throw error(start, "\"\\x\" without a digit (expected: two hexadecimal digits)");
        }
        return value;
    }

    /** After the opening bracket. */
    private ByteSet brackets(int start) throws RegexSyntaxException {
        boolean negated = take("^");
        ByteSet set = ByteSet.NONE;
        boolean first = true;
        boolean literal = false;
        while (true) {
            if (!more()) {
                throw error(start, "the character class does not end (expected: \"]\")");
            }
            if (literal && take("\\E")) {
                literal = false;
                continue;
            }
            if (!literal && take("\\Q")) {
                literal = true;
                continue;
            }
            if (!literal && !first && take("]")) {
                break;
            }
            first = false;
            int item = at;
            ByteSet named = literal ? null : namedClass(item);
            if (named != null) {
                set = set.or(named);
                continue;
            }
            int low = bracketByte(literal);
            if (!literal && more() && peek() == '-' && at + 1 < pattern.length && pattern[at + 1] != ']') {
                int dash = at++;
                if (namedClass(at) != null) {
                    // A dash before a class is a dash.
                    at = dash + 1;
                    set = set.or(ByteSet.of(low)).or(ByteSet.of('-'));
                    continue;
                }
                int high = bracketByte(false);
                if (high < low) {
                    throw error(item, "the range ends before it begins (expected: the smaller character first)");
                }
                set = set.or(ByteSet.range(low, high));
            } else {
                set = set.or(ByteSet.of(low));
            }
        }
        if (is(IGNORE_CASE)) {
            set = set.folded();
        }
        return negated ? set.not() : set;
    }

    /** {@code [:alpha:]}, {@code \d} and the like, taken; null, with nothing taken, if none stands here. */
    private @Nullable ByteSet namedClass(int item) throws RegexSyntaxException {
        if (ahead("\\") && at + 1 < pattern.length) {
            at++;
            ByteSet set = peek() == 'v' ? null : peek() == 'N' ? null : escapedClass();
            if (set == null) {
                at--;
            }
            return set;
        }
        if (!take("[:")) {
            return null;
        }
        boolean negated = take("^");
        int nameAt = at;
        while (more() && peek() >= 'a' && peek() <= 'z') {
            at++;
        }
        String name = new String(pattern, nameAt, at - nameAt, StandardCharsets.ISO_8859_1);
        if (!take(":]")) {
            // "[:" without its end is two characters.
            at = item;
            return null;
        }
        ByteSet letters = ByteSet.range('a', 'z').or(ByteSet.range('A', 'Z'));
        ByteSet set = switch (name) {
            case "alpha" -> letters;
            case "alnum" -> letters.or(ByteSet.DIGIT);
            case "ascii" -> ByteSet.range(0, 127);
            case "blank" -> ByteSet.of(' ').or(ByteSet.of('\t'));
            case "cntrl" -> ByteSet.range(0, 31).or(ByteSet.of(127));
            case "digit" -> ByteSet.DIGIT;
            case "graph" -> ByteSet.range('!', '~');
            case "lower" -> ByteSet.range('a', 'z');
            case "print" -> ByteSet.range(' ', '~');
            case "punct" ->
                ByteSet.range('!', '/')
                        .or(ByteSet.range(':', '@'))
                        .or(ByteSet.range('[', '`'))
                        .or(ByteSet.range('{', '~'));
            case "space" -> ByteSet.SPACE;
            case "upper" -> ByteSet.range('A', 'Z');
            case "word" -> ByteSet.WORD;
            case "xdigit" -> ByteSet.DIGIT.or(ByteSet.range('a', 'f')).or(ByteSet.range('A', 'F'));
            default ->
                throw error(item, "\"[:" + name + ":]\" is no class (expected: [:alpha:], [:digit:] and the like)");
        };
        return negated ? set.not() : set;
    }

    private int bracketByte(boolean literal) throws RegexSyntaxException {
        int start = at;
        int c = pattern[at++] & 0xff;
        if (c != '\\' || literal) {
            return c;
        }
        if (!more()) {
            throw error(start, "the character class does not end (expected: \"]\")");
        }
        if (peek() == 'b') {
            at++;
            return '\b';
        }
        return escapedByte(start);
    }
}
