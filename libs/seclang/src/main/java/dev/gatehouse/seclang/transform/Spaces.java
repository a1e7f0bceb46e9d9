package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;

/** Transformations of white space and NUL. */
final class Spaces {
    private static final int NO_BREAK_SPACE = 0xa0;

    private Spaces() {}

    static boolean isAnySpace(int b) {
        return Ascii.isSpace(b) || b == NO_BREAK_SPACE;
    }

    static Bytes compressWhitespace(Bytes value) {
        BytesBuilder compressed = new BytesBuilder(value.length());
        boolean inSpace = false;
        for (int i = 0; i < value.length(); i++) {
            boolean space = isAnySpace(value.at(i));
            if (!space) {
                compressed.append(value.at(i));
            } else if (!inSpace) {
                compressed.append(' ');
            }
            inSpace = space;
        }
        return compressed.build();
    }

    static Bytes removeWhitespace(Bytes value) {
        BytesBuilder rest = new BytesBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            if (!isAnySpace(value.at(i))) {
                rest.append(value.at(i));
            }
        }
        return rest.build();
    }

    static Bytes removeNulls(Bytes value) {
        BytesBuilder rest = new BytesBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            if (value.at(i) != 0) {
                rest.append(value.at(i));
            }
        }
        return rest.build();
    }

    static Bytes replaceNulls(Bytes value) {
        BytesBuilder replaced = new BytesBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            replaced.append(value.at(i) == 0 ? ' ' : value.at(i));
        }
        return replaced.build();
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
        BytesBuilder line = new BytesBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            int b = value.at(i);
            switch (b) {
                case '"', '\'', '\\', '^' -> {}
                case ' ', ',', ';', '\t', '\r', '\n' -> {
                    if (line.last() != ' ') {
                        line.append(' ');
                    }
                }
                case '/', '(' -> {
                    if (line.last() == ' ') {
                        line.truncate(line.length() - 1);
                    }
                    line.append(b);
                }
                default -> line.append(Ascii.lower(b));
            }
        }
        return line.build();
    }
}
