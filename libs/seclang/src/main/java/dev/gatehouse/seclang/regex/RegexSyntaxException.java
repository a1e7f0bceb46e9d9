package dev.gatehouse.seclang.regex;

/** The text is no pattern, or one that is not supported. The message says what was found and what was expected. */
public final class RegexSyntaxException extends Exception {
    private static final long serialVersionUID = 1;

    private final int offset;

    RegexSyntaxException(int offset, String message) {
        super(message);
        this.offset = offset;
    }

    /** Where in the pattern, in bytes from 0. */
    public int offset() {
        return offset;
    }
}
