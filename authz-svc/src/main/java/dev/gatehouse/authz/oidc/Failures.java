package dev.gatehouse.authz.oidc;

import java.util.concurrent.CompletionException;

/** What made a stage fail. */
final class Failures {
    private Failures() {}

    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
