package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;

/** A condition between two bytes that consumes no byte. */
enum Assertion {
    BEGIN_TEXT,
    END_TEXT,
    BEGIN_LINE,
    END_LINE,
    WORD_BOUNDARY,
    NO_WORD_BOUNDARY,
    /**
     * At the end, or before a line feed that ends the text: {@code \Z}. Needs more than one byte of lookahead, which
     * automata do not have.
     */
    END_TEXT_OR_LAST_NEWLINE;

    /** The number of assertions. */
    static final int COUNT = values().length;

    /** The number of assertions, the first ones, that depend only on the two neighbouring bytes. */
    static final int OF_TWO_BYTES = END_TEXT_OR_LAST_NEWLINE.ordinal();

    /** Stands for the neighbour at an end of the text. */
    static final int NO_BYTE = -1;

    /** Whether it holds between the two bytes; {@link #NO_BYTE} stands for an end of the text. */
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
