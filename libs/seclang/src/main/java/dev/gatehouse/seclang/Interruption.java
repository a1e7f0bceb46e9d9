package dev.gatehouse.seclang;

import java.util.Optional;

/**
 * The end of a transaction by a rule.
 *
 * @param status the status of the response, 100 to 599
 * @param location the target of a redirection
 */
public record Interruption(Kind kind, int status, long ruleId, Phase phase, Optional<String> location) {
    /** How the client's request ends. */
    public enum Kind {
        /** The client gets the status. */
        DENY,
        /** The client's connection is closed. */
        DROP,
        /** The client is redirected. */
        REDIRECT
    }

    public Interruption {
        if (status < 100 || status > 599) {
            throw new IllegalArgumentException("status " + status + " (expected: 100 to 599)");
        }
    }
}
