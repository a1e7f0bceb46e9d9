package dev.gatehouse.waf.inspection;

import java.util.Optional;

/** What is to happen next. */
public sealed interface Decision {
    /**
     * The request or response goes on.
     *
     * @param body how much of the body that follows is to be shown here first
     * @param response whether the response's headers are to be shown here (asked for with the request's headers)
     */
    record Continue(BodyNeed body, boolean response) implements Decision {}

    /**
     * The client gets another response.
     *
     * @param details for the access log, without white space
     * @param location where a redirection leads
     * @param silent without a body: the rule's action is {@code drop}
     */
    record Respond(int status, String details, Optional<String> location, boolean silent) implements Decision {
        Respond(int status, String details) {
            this(status, details, Optional.empty(), false);
        }
    }
}
