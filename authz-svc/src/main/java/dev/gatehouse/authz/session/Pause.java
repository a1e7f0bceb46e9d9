package dev.gatehouse.authz.session;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Time that passes without a thread that waits. */
@FunctionalInterface
public interface Pause {
    CompletionStage<Void> of(Duration duration);
}
