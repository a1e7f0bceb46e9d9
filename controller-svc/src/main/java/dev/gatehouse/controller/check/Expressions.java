package dev.gatehouse.controller.check;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Checks regular expressions as Envoy compiles them, by RE2 over bytes (Latin-1). The syntax and the size of RE2's
 * program are checked before any compiler sees the expression. RE2 gives a program at most two thirds of 8 MiB, about
 * 87,000 instructions; the bound here is lower, since a proxy keeps an automaton of each expression in each thread.
 *
 * <p>The check takes time linear in the length of the expression and a bounded depth of the stack, whatever the
 * expression is.
 */
public final class Expressions {
    /** The largest program of an expression, in RE2 instructions. */
    public static final int MAX_INSTRUCTIONS = 32_768;

    /** RE2's limit for one repetition, and for nested ones multiplied. */
    private static final int MAX_REPEATS = 1000;

    private static final int MAX_DEPTH = 200;

    private static final int MAX_LENGTH = 65_536;

    /** The most characters of "[:name:]" and "{n,m}". */
    private static final int MAX_CLASS_NAME = 16;

    private static final int MAX_REPETITION = 32;

    /** The instructions of a class that contains most bytes. */
    private static final int WIDE_CLASS = 2;

    /** The instructions of a Unicode category or script, of which only the characters below 256 count. */
    private static final int UNICODE_CLASS = 16;

    private static final int MAX_BYTE = 0xff;

    private Expressions() {}

    /** Why Envoy would refuse {@code expression}; empty: Envoy accepts it. The text begins with the expression, quoted. */
    public static Optional<String> problem(String expression) {
        return check(expression).map(problem -> "\"" + shortened(expression) + "\" " + problem);
    }

    /**
     * A valid expression that matches what {@code expression} does, and the same with a text that {@code more} matches behind it.
     * Where the expression says that the text ends ({@code $}, {@code \\z}), that text may come first.
     *
     * @param more an expression that matches the empty text, too
     */
    public static String followedBy(String expression, String more) {
        StringBuilder made = new StringBuilder("(?:");
        int at = 0;
        while (at < expression.length()) {
            int from = at;
            boolean end = expression.startsWith("$", at) || expression.startsWith("\\z", at);
            at = end ? at + (expression.charAt(at) == '$' ? 1 : 2) : afterToken(expression, at);
            made.append(end ? "(?:" + more + "$)" : expression.substring(from, at));
        }
        return made.append(')').append(more).toString();
    }

    /** The place after the escape, quotation, class or character at {@code at}. */
    private static int afterToken(String expression, int at) {
        if (expression.startsWith("\\Q", at)) {
            int end = expression.indexOf("\\E", at);
            return end < 0 ? expression.length() : end + 2;
        }
        if (expression.charAt(at) == '\\') {
            return Math.min(at + 2, expression.length());
        }
        if (expression.charAt(at) != '[') {
            return at + 1;
        }
        int next = at + (expression.startsWith("[^", at) ? 2 : 1);
        // A bracket that comes first is one of the characters.
        next += expression.startsWith("]", next) ? 1 : 0;
        while (next < expression.length() && expression.charAt(next) != ']') {
            int name = expression.startsWith("[:", next) ? expression.indexOf(":]", next) : -1;
            next = name < 0 ? next + (expression.charAt(next) == '\\' ? 2 : 1) : name + 2;
        }
        return Math.min(next + 1, expression.length());
    }

    private static Optional<String> check(String expression) {
        if (expression.isEmpty()) {
            return Optional.of("is empty (expected: a regular expression of RE2)");
        }
        if (expression.length() > MAX_LENGTH) {
            return Optional.of("has " + expression.length() + " characters (expected: at most " + MAX_LENGTH + ")");
        }
        Scan scan = new Scan(expression);
        Optional<String> oversized = scan.run();
        if (oversized.isPresent()) {
            return oversized;
        }
        try {
            // Repetitions are already checked. They are replaced by small ones here, so that the compiler needs little
            // time and stack.
            Pattern.compile(scan.withSmallRepetitions.toString());
            return Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of("is not a regular expression of RE2: " + e.getDescription() + " \""
                    + shortened(e.getPattern()) + "\"");
        }
    }

    /** The number of capturing groups of a valid expression. */
    public static int groups(String expression) {
        Scan scan = new Scan(expression);
        scan.run();
        return scan.captures;
    }

    /** Why {@code substitution} does not fit the valid expression {@code expression}: RE2's {@code CheckRewriteString}. */
    public static Optional<String> problemWithSubstitution(String expression, String substitution) {
        int groups = groups(expression);
        for (int i = 0; i < substitution.length(); i++) {
            if (substitution.charAt(i) != '\\') {
                continue;
            }
            i++;
            char next = i < substitution.length() ? substitution.charAt(i) : ' ';
            if (next >= '0' && next <= '9') {
                if (next - '0' > groups) {
                    return Optional.of(Texts.quoted(substitution) + " refers to group \\" + next
                            + " (expected: at most \\" + groups + ", since the expression has " + groups
                            + (groups == 1 ? " group)" : " groups)"));
                }
            } else if (next != '\\') {
                return Optional.of(Texts.quoted(substitution)
                        + " has a backslash before something else (expected: a digit or a backslash after it)");
            }
        }
        return Optional.empty();
    }

    private static String shortened(String text) {
        return text.length() <= 120 ? text : text.substring(0, 100) + "…";
    }

    /** A part of an expression. */
    private record Part(long instructions, long repeats) {
        static final Part EMPTY = new Part(0, 1);

        Part then(Part next) {
            return new Part(bounded(instructions + next.instructions), Math.max(repeats, next.repeats));
        }

        /** Keeps sums and products of sizes within a long. */
        private static long bounded(long size) {
            return Math.min(size, Integer.MAX_VALUE);
        }

        Part repeated(int min, int max) {
            long copies = Math.max(1, Math.max(min, max));
            long optional = max < 0 ? 1 : Math.max(0, max - min);
            return new Part(bounded(instructions * copies + optional + 1), bounded(repeats * copies));
        }
    }

    /** An open group: the part before it, and its alternatives so far. */
    private static final class Group {
        private Part done = Part.EMPTY;
        private Part last = Part.EMPTY;

        void add(Part part) {
            done = done.then(last);
            last = part;
        }

        Part whole() {
            return done.then(last);
        }
    }

    /** One pass over an expression that determines its size, repetitions and depth. The compiler checks all other syntax. */
    private static final class Scan {
        private final String text;
        private final Deque<Group> groups = new ArrayDeque<>();
        private final StringBuilder withSmallRepetitions = new StringBuilder();
        private int at;
        private int captures;

        /** The first escape that RE2 does not know; empty: none so far. */
        private Optional<String> wrongEscape = Optional.empty();

        Scan(String text) {
            this.text = text;
        }

        Optional<String> run() {
            groups.push(new Group());
            while (at < text.length()) {
                int from = at;
                char c = text.charAt(at);
                boolean copied = false;
                switch (c) {
                    case '\\' -> escape();
                    case '[' -> group().add(new Part(bracket(), 1));
                    case '(' -> {
                        open();
                        if (groups.size() > MAX_DEPTH) {
                            return Optional.of("has groups more than " + MAX_DEPTH + " deep (expected: fewer)");
                        }
                    }
                    case ')' -> close();
                    case '|' -> {
                        at++;
                        group().add(new Part(1, 1));
                    }
                    case '*', '+', '?' -> {
                        at++;
                        group().last = group().last.repeated(0, -1);
                    }
                    case '{' -> {
                        Optional<String> problem = repetition();
                        if (problem.isPresent()) {
                            return problem;
                        }
                        copied = at > from + 1;
                    }
                    case '.' -> {
                        at++;
                        group().add(new Part(WIDE_CLASS, 1));
                    }
                    default -> {
                        at += Character.charCount(text.codePointAt(at));
                        group().add(new Part(utf8Length(text.codePointAt(from)), 1));
                    }
                }
                if (!copied) {
                    withSmallRepetitions.append(text, from, at);
                }
                if (wrongEscape.isPresent()) {
                    return wrongEscape;
                }
                if (group().whole().instructions() > MAX_INSTRUCTIONS) {
                    return Optional.of("needs a program of more than " + MAX_INSTRUCTIONS
                            + " instructions in Envoy (expected: fewer; repetitions multiply what they repeat)");
                }
            }
            return Optional.empty();
        }

        private Group group() {
            return groups.element();
        }

        /** Reads a backslash and the escape after it. */
        private void escape() {
            if (text.startsWith("\\Q", at)) {
                int end = text.indexOf("\\E", at + 2);
                int stop = end < 0 ? text.length() : end;
                group().add(new Part(2L * (stop - at), 1));
                at = end < 0 ? stop : end + 2;
                return;
            }
            group().add(new Part(escaped(), 1));
        }

        /** Skips an escape, inside or outside of brackets; returns its size. */
        private int escaped() {
            int begin = at;
            char kind = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
            at = Math.min(text.length(), at + 2);
            boolean octal = kind >= '4' && kind <= '7' && text.substring(at).matches("(?s)[0-7][0-7].*");
            if (kind > '~' || octal) {
                wrongEscape = Optional.of("has the escape \"" + text.substring(begin, at + (octal ? 2 : 0))
                        + "\" (expected: one that RE2 knows; Envoy matches bytes, so up to \\377 and \\xff)");
            }
            switch (kind) {
                case 'p', 'P' -> {
                    if (at < text.length() && text.charAt(at) == '{') {
                        int end = text.indexOf('}', at);
                        at = end < 0 ? text.length() : end + 1;
                    } else if (at < text.length()) {
                        at++;
                    }
                    return UNICODE_CLASS;
                }
                case 'x' -> {
                    if (at < text.length() && text.charAt(at) == '{') {
                        int end = text.indexOf('}', at);
                        String digits = text.substring(at + 1, end < 0 ? text.length() : end);
                        at = end < 0 ? text.length() : end + 1;
                        if (digits.matches("[0-9a-fA-F]{1,8}") && Long.parseLong(digits, 16) > MAX_BYTE) {
                            wrongEscape = Optional.of("has the escape \"\\x{" + digits
                                    + "}\" (expected: at most \\x{ff}, since Envoy matches bytes)");
                        }
                    }
                    return 4;
                }
                case 'd', 's', 'w' -> {
                    return 4;
                }
                case 'D', 'S', 'W', 'C' -> {
                    return WIDE_CLASS + 4;
                }
                default -> {
                    return 2;
                }
            }
        }

        /** Skips a class in brackets; returns its size. */
        private int bracket() {
            int size = 1;
            at++;
            if (at < text.length() && text.charAt(at) == '^') {
                size += WIDE_CLASS;
                at++;
            }
            boolean first = true;
            while (at < text.length() && (first || text.charAt(at) != ']')) {
                first = false;
                int named = text.startsWith("[:", at) ? endWithin(":]", at, MAX_CLASS_NAME) : -1;
                if (named > 0) {
                    at = named + 2;
                    size += 4;
                } else if (text.charAt(at) == '\\') {
                    size += escaped();
                } else {
                    int point = text.codePointAt(at);
                    at += Character.charCount(point);
                    size += point < 0x80 ? 1 : WIDE_CLASS / 2;
                }
                size = Math.min(size, MAX_INSTRUCTIONS + 1);
            }
            at = Math.min(text.length(), at + 1);
            return size;
        }

        private void open() {
            at++;
            boolean captures = true;
            if (at < text.length() && text.charAt(at) == '?') {
                int end = at + 1;
                captures = text.startsWith("?P<", at) || text.startsWith("?<", at);
                while (end < text.length()
                        && text.charAt(end) != ':'
                        && text.charAt(end) != '>'
                        && text.charAt(end) != ')') {
                    end++;
                }
                boolean flagsOnly = end < text.length() && text.charAt(end) == ')';
                at = Math.min(text.length(), end + 1);
                if (flagsOnly) {
                    return;
                }
            }
            if (captures) {
                this.captures++;
            }
            groups.push(new Group());
        }

        private void close() {
            at++;
            if (groups.size() > 1) {
                Part inside = groups.pop().whole();
                group().add(new Part(inside.instructions() + 2, inside.repeats()));
            }
        }

        /** Reads {@code {n}}, {@code {n,}} or {@code {n,m}}; empty: the brace is literal. */
        private Optional<String> repetition() {
            int end = endWithin("}", at, MAX_REPETITION);
            String inside = end < 0 ? "" : text.substring(at + 1, end);
            if (!inside.matches("[0-9]+(,[0-9]*)?")) {
                at++;
                group().add(new Part(1, 1));
                return Optional.empty();
            }
            int comma = inside.indexOf(',');
            long min = Long.parseLong(limited(comma < 0 ? inside : inside.substring(0, comma)));
            boolean open = comma == inside.length() - 1;
            long max = comma < 0 ? min : open ? -1 : Long.parseLong(limited(inside.substring(comma + 1)));
            String whole = text.substring(at, end + 1);
            if (min > MAX_REPEATS || max > MAX_REPEATS) {
                return Optional.of("repeats by " + whole + " (expected: at most " + MAX_REPEATS + " times)");
            }
            if (max >= 0 && min > max) {
                return Optional.of("repeats by " + whole + " (expected: the first number is not the larger)");
            }
            Part repeated = group().last.repeated((int) min, (int) max);
            if (repeated.repeats() > MAX_REPEATS) {
                return Optional.of("nests repetitions that make " + repeated.repeats() + " copies, the last by " + whole
                        + " (expected: at most " + MAX_REPEATS + ")");
            }
            group().last = repeated;
            at = end + 1;
            withSmallRepetitions.append("{1,2}");
            return Optional.empty();
        }

        /** The index of the next {@code end}, at most {@code length} characters ahead; -1: there is none. */
        private int endWithin(String end, int from, int length) {
            int found =
                    text.substring(from, Math.min(text.length(), from + length)).indexOf(end);
            return found < 0 ? -1 : from + found;
        }

        /** Shortens digits so that they fit a long, to a value that is too large if they did not fit. */
        private static String limited(String digits) {
            return digits.length() > 9 ? "999999999" : digits;
        }

        private static int utf8Length(int point) {
            return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        }
    }
}
