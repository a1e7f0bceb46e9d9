package dev.gatehouse.ratelimit.grpc;

import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.Request;

/** Metrics of the service. Thread-safe. */
public interface DecisionMetrics {
    void decided(Request request, Decision decision);

    /** @param reason {@code no-config}, {@code bad-request}, {@code store} or {@code internal} */
    void failed(String reason);
}
