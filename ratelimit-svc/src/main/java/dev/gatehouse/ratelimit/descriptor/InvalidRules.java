package dev.gatehouse.ratelimit.descriptor;

/** Rules that cannot be used. The message says where, the offending value, and what was expected. */
public final class InvalidRules extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidRules(String where, String value, String expected) {
        super(where + ": \"" + value + "\" (expected: " + expected + ")");
    }
}
