package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Estimates how large the program of a pattern is before it is compiled: counted repetitions multiply, and groups that are nested
 * deeply cost stack. A pattern past the bounds is refused instead of exhausting the process that compiles it.
 */
final class PatternSize {
    private static final long LARGEST = 200_000;
    private static final int DEEPEST = 200;
    private static final int MAX_REPEAT = 1000;

    private final Span span;
    private final String pattern;
    private int at;

    private PatternSize(Span span, String pattern) {
        this.span = span;
        this.pattern = pattern;
    }

    static void check(Span span, String pattern) throws SecLangException {
        new PatternSize(span, pattern).check();
    }

    private void check() throws SecLangException {
        Deque<Long> outer = new ArrayDeque<>();
        long size = 0;
        long atom = 0;
        while (at < pattern.length()) {
            char c = pattern.charAt(at++);
            switch (c) {
                case '(' -> {
                    outer.push(size);
                    size = 0;
                    atom = 0;
                    if (outer.size() > DEEPEST) {
                        throw span.error("groups are nested more than " + DEEPEST + " deep in a regular expression");
                    }
                }
                case ')' -> {
                    atom = size + 1;
                    size = (outer.isEmpty() ? 0 : outer.pop()) + atom;
                }
                case '{' -> {
                    long times = repetitions();
                    size += atom * (times - 1);
                    atom *= times;
                }
                case '[' -> {
                    skipClass();
                    atom = 1;
                    size++;
                }
                case '\\' -> {
                    skipEscape();
                    atom = 1;
                    size++;
                }
                default -> {
                    atom = c == '*' || c == '+' || c == '?' ? atom + 1 : 1;
                    size++;
                }
            }
            if (size > LARGEST) {
                throw span.error("the regular expression's repetitions make it too large (expected: at most " + LARGEST
                        + " steps)");
            }
        }
    }

    /** The greater bound of {@code {n,m}}; 1 if it is none. */
    private long repetitions() {
        int close = pattern.indexOf('}', at);
        if (close < 0 || close - at > 10) {
            return 1;
        }
        long most = 1;
        for (String bound : pattern.substring(at, close).split(",", -1)) {
            if (!bound.isEmpty() && bound.chars().allMatch(Character::isDigit)) {
                most = Math.max(most, Math.min(Long.parseLong(bound), MAX_REPEAT + 1L));
            }
        }
        at = close + 1;
        return most;
    }

    private void skipEscape() {
        boolean quoted = at < pattern.length() && pattern.charAt(at) == 'Q';
        if (quoted) {
            int end = pattern.indexOf("\\E", at);
            at = end < 0 ? pattern.length() : end + 2;
        } else {
            at++;
        }
    }

    private void skipClass() {
        if (at < pattern.length() && pattern.charAt(at) == '^') {
            at++;
        }
        if (at < pattern.length() && pattern.charAt(at) == ']') {
            at++;
        }
        while (at < pattern.length() && pattern.charAt(at) != ']') {
            at += pattern.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
    }
}
