package dev.gatehouse.standalone.instance;

import org.jspecify.annotations.Nullable;

/** The input or the machine does not allow what a command was asked for: its message is what the command line prints, and the exit code is 1. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message what is wrong, what was expected, and what to do */
    public CommandFailure(String message) {
        super(message);
    }

    /** As above, with what led to it. */
    public CommandFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
