package dev.gatehouse.waf.inspection;

import java.util.Optional;

/** The next step of an exchange. */
public sealed interface Decision {
    /**
     * The request or response goes on.
     *
     * @param body how much of the following body must be sent to waf-svc first
     * @param response whether the response's headers must be sent to waf-svc (decided with the request's headers)
     */
    record Continue(BodyNeed body, boolean response) implements Decision {}

    /**
     * The client gets another response.
     *
     * @param details for the access log, without white space
     * @param location the target of a redirection
     * @param silent true for a response without a body: the rule's action is {@code drop}
     */
    record Respond(int status, String details, Optional<String> location, boolean silent) implements Decision {
        Respond(int status, String details) {
            this(status, details, Optional.empty(), false);
        }
    }
}
