package dev.gatehouse.xdsclient;

/** What a service makes of a set of resources. */
public sealed interface Verdict {
    /** The set is in use: ACK. */
    record Accepted() implements Verdict {}

    /**
     * The set is refused as a whole and the last good one stays in use: NACK.
     *
     * @param message what is wrong, naming each resource that is: it ends in the status of the object that the user wrote
     */
    record Rejected(String message) implements Verdict {
        public Rejected {
            if (message.isBlank()) {
                throw new IllegalArgumentException("message: blank (expected: what is wrong with which resource)");
            }
        }
    }
}
