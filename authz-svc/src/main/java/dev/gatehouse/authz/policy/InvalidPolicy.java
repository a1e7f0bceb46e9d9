package dev.gatehouse.authz.policy;

/** A policy that cannot be used. The message says which field, its value unless that is a secret, and what was expected. */
public final class InvalidPolicy extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidPolicy(String field, String value, String expected) {
        super(field + ": " + value + " (expected: " + expected + ")");
    }

    private InvalidPolicy(String message, InvalidPolicy cause) {
        super(message, cause);
    }

    /** The same, with the field named from {@code parent} on. */
    public InvalidPolicy under(String parent) {
        return new InvalidPolicy(parent + "." + getMessage(), this);
    }
}
