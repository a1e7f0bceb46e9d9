package dev.gatehouse.xds.stream;

import java.time.Duration;

/**
 * @param removalGrace between the acknowledgement of routes that no longer use a cluster and the cluster's removal, so that
 *     requests in flight end
 * @param orderTimeout how long a type whose subscriber does not answer holds back the types that come after it
 * @param overdueAfter how long an answer, or something that is there to be sent, may be missing until that is reported
 */
public record StreamSettings(Duration removalGrace, Duration orderTimeout, Duration overdueAfter) {
    public StreamSettings {
        if (removalGrace.isNegative()) {
            throw new IllegalArgumentException("removal grace: " + removalGrace + " (expected: >= 0)");
        }
        if (!orderTimeout.isPositive()) {
            throw new IllegalArgumentException("order timeout: " + orderTimeout + " (expected: > 0)");
        }
        if (!overdueAfter.isPositive()) {
            throw new IllegalArgumentException("overdue after: " + overdueAfter + " (expected: > 0)");
        }
    }

    public static StreamSettings defaults() {
        return new StreamSettings(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30));
    }
}
