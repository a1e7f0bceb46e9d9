package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.UInt32Value;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.traffic.Retry;
import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.config.core.v3.RetryPolicy;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes the retry policy of the proxy's own calls to a service. Envoy ignores retriable statuses and per-attempt
 * timeouts here; they apply to requests of routes only.
 */
final class CallRetry {
    private CallRetry() {}

    /**
     * The retry policy of {@code settings}; empty: failed calls are not repeated.
     *
     * @param timeout the time limit of a call, retries included
     */
    static Optional<RetryPolicy> of(BackendSettings settings, Duration timeout) {
        return settings.retry().map(retry -> policy(retry, timeout));
    }

    private static RetryPolicy policy(Retry retry, Duration timeout) {
        RetryPolicy.Builder policy = RetryPolicy.newBuilder()
                .setRetryOn(String.join(",", retry.effectiveTriggers()))
                .setNumRetries(UInt32Value.of(retry.retries()));
        // Envoy uses the longest pause as the timeout of each attempt as well, so the pause is as long as the call may
        // take: a slow service is not down.
        retry.baseInterval()
                .ifPresent(base -> policy.setRetryBackOff(BackoffStrategy.newBuilder()
                        .setBaseInterval(Protos.duration(base))
                        .setMaxInterval(Protos.duration(
                                Stream.of(timeout, retry.maxInterval().orElse(base))
                                        .max(Comparator.naturalOrder())
                                        .orElseThrow()))));
        return policy.build();
    }
}
