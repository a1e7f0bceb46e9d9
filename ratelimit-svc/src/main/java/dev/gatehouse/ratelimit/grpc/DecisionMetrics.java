package dev.gatehouse.ratelimit.grpc;

import dev.gatehouse.ratelimit.decision.Decision;

/** What the service tells about itself. Safe for any thread. */
public interface DecisionMetrics {
    void decided(String domain, Decision decision);

    /** @param reason one of few: {@code no-config}, {@code bad-request}, {@code store}, {@code internal} */
    void failed(String reason);
}
