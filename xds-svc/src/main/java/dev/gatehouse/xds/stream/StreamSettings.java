package dev.gatehouse.xds.stream;

import java.time.Duration;

/**
 * @param removalGrace the time between the acknowledgement of routes without a cluster and the cluster's removal, in
 * which requests in flight end
 * @param orderTimeout how long an unanswered push of one type holds back the types after it
 * @param overdueAfter how long an answer or a pending push may be outstanding before it is reported
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
