package dev.gatehouse.authz.grpc;

import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.authz.request.HttpRequest;

/** Takes every decision, for metrics and the log. Safe for any thread. */
@FunctionalInterface
public interface DecisionRecord {
    void decided(HttpRequest request, Decision decision);
}
