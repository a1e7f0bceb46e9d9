package dev.gatehouse.ratelimit.grpc;

import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.Request;

/** What the service tells about itself. Safe for any thread. */
public interface DecisionMetrics {
    void decided(Request request, Decision decision);

    /** @param reason one of few: {@code no-config}, {@code bad-request}, {@code store}, {@code internal} */
    void failed(String reason);
}
