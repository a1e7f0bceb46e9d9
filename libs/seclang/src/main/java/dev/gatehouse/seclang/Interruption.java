package dev.gatehouse.seclang;

import java.util.Optional;

/**
 * A rule ends the transaction.
 *
 * @param status for the response, 100 to 599
 * @param location where a redirection leads
 */
public record Interruption(Kind kind, int status, long ruleId, Phase phase, Optional<String> location) {
    /** What is to happen to the client. */
    public enum Kind {
        /** It gets the status. */
        DENY,
        /** Its connection is closed. */
        DROP,
        /** It is sent elsewhere. */
        REDIRECT
    }

    public Interruption {
        if (status < 100 || status > 599) {
            throw new IllegalArgumentException("status " + status + " (expected: 100 to 599)");
        }
    }
}
