package dev.gatehouse.envoyprocess;

import java.io.IOException;

/** No usable Envoy binary was found. The message is one line for the user, with the finding and the expectation. */
public final class EnvoyUnavailable extends IOException {
    private static final long serialVersionUID = 1L;

    EnvoyUnavailable(String message) {
        super(message);
    }

    EnvoyUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
