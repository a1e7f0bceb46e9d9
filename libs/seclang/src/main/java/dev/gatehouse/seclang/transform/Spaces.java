package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.Utf8;

/** Transformations of white space and NUL. */
final class Spaces {
    /** In Latin-1; in UTF-8 it has 0xc2 before it. */
    private static final int NO_BREAK_SPACE = 0xa0;

    private static final int NO_BREAK_SPACE_LEAD = 0xc2;

    /** By the byte, as the others. */
    private static final boolean[] ANY_SPACE = new boolean[256];

    private static final byte[] SPACE_FOR_NULL = new byte[256];

    static {
        for (int b = 0; b < 256; b++) {
            ANY_SPACE[b] = isAnySpace(b);
            SPACE_FOR_NULL[b] = (byte) (b == 0 ? ' ' : b);
        }
    }

    private Spaces() {}

    static boolean isAnySpace(int b) {
        return Ascii.isSpace(b) || b == NO_BREAK_SPACE;
    }

    static Bytes compressWhitespace(Bytes value) {
        byte[] text = value.array();
        byte[] compressed = new byte[value.length()];
        int length = 0;
        boolean inSpace = false;
        for (int i = value.offset(); i < value.offset() + value.length(); i++) {
            boolean space = ANY_SPACE[text[i] & 0xff];
            if (space && text[i] == (byte) NO_BREAK_SPACE) {
                if (isInsideOfCharacter(value, i - value.offset())) {
                    space = false;
                } else if (isInUtf8(value, i - value.offset())) {
                    length--;
                    inSpace = length > 0 && compressed[length - 1] == ' ';
                }
            }
            if (!space) {
                compressed[length++] = text[i];
            } else if (!inSpace) {
                compressed[length++] = ' ';
            }
            inSpace = space;
        }
        return Bytes.of(compressed, 0, length);
    }

    static Bytes removeWhitespace(Bytes value) {
        byte[] text = value.array();
        byte[] rest = new byte[value.length()];
        int length = 0;
        for (int i = value.offset(); i < value.offset() + value.length(); i++) {
            if (!ANY_SPACE[text[i] & 0xff]) {
                rest[length++] = text[i];
            } else if (text[i] == (byte) NO_BREAK_SPACE) {
                if (isInsideOfCharacter(value, i - value.offset())) {
                    rest[length++] = text[i];
                } else if (isInUtf8(value, i - value.offset())) {
                    length--;
                }
            }
        }
        return Bytes.of(rest, 0, length);
    }

    /** Whether a byte that may be a no-break space is one in UTF-8. */
    private static boolean isInUtf8(Bytes value, int at) {
        return at > 0 && value.at(at - 1) == NO_BREAK_SPACE_LEAD;
    }

    /** Whether a byte that may be a no-break space belongs to another character of UTF-8, as that of à does. */
    private static boolean isInsideOfCharacter(Bytes value, int at) {
        for (int from = Math.max(0, at - 3); from < at; from++) {
            if (value.at(from) >= 0xc0 && from + Utf8.length(value, from) > at) {
                return !isInUtf8(value, at);
            }
        }
        return false;
    }

    static Bytes removeNulls(Bytes value) {
        byte[] text = value.array();
        byte[] rest = new byte[value.length()];
        int length = 0;
        for (int i = value.offset(); i < value.offset() + value.length(); i++) {
            if (text[i] != 0) {
                rest[length++] = text[i];
            }
        }
        return Bytes.of(rest, 0, length);
    }

    static Bytes replaceNulls(Bytes value) {
        return Letters.map(value, SPACE_FOR_NULL);
    }

    static Bytes trimLeft(Bytes value) {
        int from = 0;
        while (from < value.length() && Ascii.isSpace(value.at(from))) {
            from++;
        }
        return value.slice(from);
    }

    static Bytes trimRight(Bytes value) {
        int to = value.length();
        while (to > 0 && Ascii.isSpace(value.at(to - 1))) {
            to--;
        }
        return value.slice(0, to);
    }

    /**
     * As a shell would see it: no {@code \ " ' ^}; commas, semicolons and white space are one space; none before
     * {@code /} and {@code (}; small letters.
     */
    static Bytes cmdLine(Bytes value) {
        byte[] text = value.array();
        byte[] line = new byte[value.length()];
        int length = 0;
        for (int i = value.offset(); i < value.offset() + value.length(); i++) {
            byte b = text[i];
            switch (b) {
                case '"', '\'', '\\', '^' -> {}
                case ' ', ',', ';', '\t', '\r', '\n' -> {
                    if (length == 0 || line[length - 1] != ' ') {
                        line[length++] = ' ';
                    }
                }
                case '/', '(' -> {
                    if (length > 0 && line[length - 1] == ' ') {
                        length--;
                    }
                    line[length++] = b;
                }
                default -> line[length++] = (byte) Ascii.lower(b);
            }
        }
        return Bytes.of(line, 0, length);
    }
}
