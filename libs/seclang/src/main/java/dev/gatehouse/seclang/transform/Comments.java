package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;

/** Transformations of the comments of C, SQL, HTML and shells. */
final class Comments {
    private static final Bytes C_OPEN = Bytes.latin1("/*");
    private static final Bytes C_CLOSE = Bytes.latin1("*/");

    private Comments() {}

    /** Replaces each {@code /*…*}{@code /} by one space, including an unterminated one. */
    static Bytes replace(Bytes value) {
        int open = value.indexOf(C_OPEN);
        if (open < 0) {
            return value;
        }
        BytesBuilder replaced = new BytesBuilder(value.length());
        int from = 0;
        while (open >= 0) {
            replaced.append(value, from, open).append(' ');
            int close = value.indexOf(C_CLOSE, open + 2);
            from = close < 0 ? value.length() : close + 2;
            open = value.indexOf(C_OPEN, from);
        }
        return replaced.append(value, from, value.length()).build();
    }

    /**
     * Removes comments, as ModSecurity does: the byte after a comment is kept unexamined (a NUL at the end), an
     * unterminated comment leaves a space, and a line comment ({@code --}, {@code #}) drops the rest of the text.
     */
    static Bytes remove(Bytes value) {
        BytesBuilder rest = new BytesBuilder(value.length());
        byte[] text = value.array();
        int to = value.offset() + value.length();
        boolean inComment = false;
        int i = value.offset();
        while (i < to) {
            if (inComment) {
                int close = closing(text, i, to);
                i += Math.max(close, 1);
                if (close > 0) {
                    inComment = false;
                    rest.append(i < to ? text[i] : 0);
                    i++;
                }
                continue;
            }
            int open = opening(text, i, to);
            if (open > 0) {
                inComment = true;
                i += open;
            } else if (text[i] == '#' || isSql(text, i, to)) {
                return rest.build();
            } else {
                rest.append(text[i++]);
            }
        }
        return inComment ? rest.append(' ').build() : rest.build();
    }

    /** Removes only the comment markers and keeps the text between them. */
    static Bytes removeMarkers(Bytes value) {
        byte[] text = value.array();
        int to = value.offset() + value.length();
        byte[] rest = new byte[value.length()];
        int length = 0;
        int i = value.offset();
        while (i < to) {
            int mark = text[i] == '#' ? 1 : Math.max(opening(text, i, to), closing(text, i, to));
            if (mark > 0) {
                i += mark;
            } else if (isSql(text, i, to)) {
                i += 2;
            } else {
                rest[length++] = text[i++];
            }
        }
        return Bytes.of(rest, 0, length);
    }

    /** How long the mark is that begins a comment here; 0 without one. */
    private static int opening(byte[] text, int i, int to) {
        return switch (text[i]) {
            case '/' -> i + 1 < to && text[i + 1] == '*' ? 2 : 0;
            case '<' -> i + 3 < to && text[i + 1] == '!' && text[i + 2] == '-' && text[i + 3] == '-' ? 4 : 0;
            default -> 0;
        };
    }

    /** How long the mark is that ends a comment here; 0 without one. */
    private static int closing(byte[] text, int i, int to) {
        return switch (text[i]) {
            case '*' -> i + 1 < to && text[i + 1] == '/' ? 2 : 0;
            case '-' -> i + 2 < to && text[i + 1] == '-' && text[i + 2] == '>' ? 3 : 0;
            default -> 0;
        };
    }

    private static boolean isSql(byte[] text, int i, int to) {
        return text[i] == '-' && i + 1 < to && text[i + 1] == '-';
    }
}
