package dev.gatehouse.seclang.body;

import java.util.Optional;

/**
 * The outcome of reading a body.
 *
 * @param error the error that ended reading; fields read before it are inspected
 * @param truncated whether there were more fields than {@code SecArgumentsLimit} allows
 */
public record Outcome(Optional<String> error, boolean truncated) {
    /** All of it was read. */
    public static final Outcome COMPLETE = new Outcome(Optional.empty(), false);

    /** Some fields were left out. */
    public static final Outcome TRUNCATED = new Outcome(Optional.empty(), true);

    static Outcome failed(String message) {
        return new Outcome(Optional.of(message), false);
    }
}
