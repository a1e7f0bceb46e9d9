package dev.gatehouse.seclang.parse;

import java.util.Arrays;

/** A piece of a directive: its text without quotes, escapes and line continuations, and where each character was written. */
public final class Span {
    private static final int LONGEST_SHOWN = 200;

    private final Lines source;
    private final String text;
    private final int[] offsets;

    /** @param offsets the source offset of each character of the text, and of the end */
    Span(Lines source, String text, int[] offsets) {
        if (offsets.length != text.length() + 1) {
            throw new IllegalArgumentException(offsets.length + " offsets of " + text.length() + " characters");
        }
        this.source = source;
        this.text = text;
        this.offsets = offsets;
    }

    public String text() {
        return text;
    }

    int length() {
        return text.length();
    }

    char charAt(int index) {
        return text.charAt(index);
    }

    /** From {@code from} to before {@code to}. */
    public Span part(int from, int to) {
        return sub(from, to);
    }

    Span sub(int from, int to) {
        return new Span(source, text.substring(from, to), Arrays.copyOfRange(offsets, from, to + 1));
    }

    /** Without white space at both ends. */
    public Span trimmed() {
        return trim();
    }

    /** A copy with another text at the same place, for derived texts. */
    public Span replaced(String other) {
        int[] places = new int[other.length() + 1];
        Arrays.fill(places, offsets[0]);
        return new Span(source, other, places);
    }

    /** The name of the source that it is written in. */
    public String sourceName() {
        return source.source().name();
    }

    Span trim() {
        int from = 0;
        int to = text.length();
        while (from < to && isBlank(text.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(text.charAt(to - 1))) {
            to--;
        }
        return sub(from, to);
    }

    /** Without each backslash that stands before the character. */
    Span unescape(char escaped) {
        StringBuilder plain = new StringBuilder(text.length());
        int[] places = new int[offsets.length];
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 1 < text.length()) {
                if (text.charAt(i + 1) != escaped) {
                    places[plain.length()] = offsets[i];
                    plain.append('\\');
                }
                i++;
            }
            places[plain.length()] = offsets[i];
            plain.append(text.charAt(i));
        }
        places[plain.length()] = offsets[text.length()];
        return new Span(source, plain.toString(), Arrays.copyOf(places, plain.length() + 1));
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\u000b';
    }

    /** Where it begins. */
    public Position position() {
        return position(0);
    }

    /** Where a character of it was written. */
    public Position position(int index) {
        return source.position(offsets[Math.min(index, text.length())]);
    }

    public Diagnostic diagnostic(String message) {
        return new Diagnostic(position(), message);
    }

    /** An error about this piece. */
    public SecLangException error(String message) {
        return new SecLangException(diagnostic(message));
    }

    /** An error about the character at the index. */
    public SecLangException error(int index, String message) {
        return new SecLangException(new Diagnostic(position(index), message));
    }

    /** For messages: what cannot be seen is escaped, and a long text is cut. {@link #text} is the text itself. */
    @Override
    public String toString() {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), LONGEST_SHOWN) + 1);
        for (int i = 0; i < Math.min(text.length(), LONGEST_SHOWN); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || (c != ' ' && Character.isSpaceChar(c)) || c == '\uFEFF') {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return text.length() > LONGEST_SHOWN ? shown.append('…').toString() : shown.toString();
    }
}
