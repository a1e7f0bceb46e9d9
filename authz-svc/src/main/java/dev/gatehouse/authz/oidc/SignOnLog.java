package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.request.HttpRequest;
import java.util.Optional;

/** Takes what happens to sessions, for metrics and an audit log. Safe for any thread. */
@FunctionalInterface
public interface SignOnLog {
    void happened(HttpRequest request, Event event);

    /** What it is about. */
    enum Kind {
        LOGIN,
        REFRESH,
        LOGOUT
    }

    /**
     * One event, with nothing secret in it.
     *
     * @param outcome {@code ok}, or what went wrong in a word or two for metrics
     * @param detail for people
     */
    record Event(Kind kind, String policy, String provider, Optional<String> subject, String outcome, String detail) {}
}
