package dev.gatehouse.standalone.instance;

import org.jspecify.annotations.Nullable;

/** The input or the machine prevents a command. The command line prints the message and exits with code 1. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message the problem, the expectation, and a remedy */
    public CommandFailure(String message) {
        super(message);
    }

    /** As above, with what led to it. */
    public CommandFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
