package dev.gatehouse.envoyprocess;

import java.io.IOException;

/** There is no Envoy that can be run. The message is one line for the user: what was found, and what was expected. */
public final class EnvoyUnavailable extends IOException {
    private static final long serialVersionUID = 1L;

    EnvoyUnavailable(String message) {
        super(message);
    }

    EnvoyUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
