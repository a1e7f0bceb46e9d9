package dev.gatehouse.ratelimit.descriptor;

/** Rules are invalid. The message has the place, the offending value, and the expected one. */
public final class InvalidRules extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidRules(String where, String value, String expected) {
        super(where + ": \"" + value + "\" (expected: " + expected + ")");
    }
}
