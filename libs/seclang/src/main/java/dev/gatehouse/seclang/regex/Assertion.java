package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;

/** What holds between two bytes without taking one. */
enum Assertion {
    BEGIN_TEXT,
    END_TEXT,
    BEGIN_LINE,
    END_LINE,
    WORD_BOUNDARY,
    NO_WORD_BOUNDARY,
    /** At the end, or before a line feed that ends the text: {@code \Z}. Needs to look further than one byte, which automata do not. */
    END_TEXT_OR_LAST_NEWLINE;

    /** How many there are. */
    static final int COUNT = values().length;

    /** How many of them, the first, look at two bytes alone. */
    static final int OF_TWO_BYTES = END_TEXT_OR_LAST_NEWLINE.ordinal();

    /** What is on a side where the text ends. */
    static final int NO_BYTE = -1;

    /** Whether it holds between the bytes; -1 where there is none. */
    boolean holds(int before, int after) {
        return switch (this) {
            case BEGIN_TEXT -> before == NO_BYTE;
            case END_TEXT -> after == NO_BYTE;
            case END_TEXT_OR_LAST_NEWLINE -> throw new IllegalStateException("it takes more than two bytes to tell");
            case BEGIN_LINE -> before == NO_BYTE || before == '\n';
            case END_LINE -> after == NO_BYTE || after == '\n';
            case WORD_BOUNDARY -> isWord(before) != isWord(after);
            case NO_WORD_BOUNDARY -> isWord(before) == isWord(after);
        };
    }

    static boolean isWord(int value) {
        return value != NO_BYTE && ByteSet.WORD.has(value);
    }
}
