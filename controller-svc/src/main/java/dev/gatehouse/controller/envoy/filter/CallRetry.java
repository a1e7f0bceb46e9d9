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
 * Has the proxy repeat its own calls of a service. Envoy reads neither statuses nor a timeout of each attempt here: these count for
 * requests of routes.
 */
final class CallRetry {
    private CallRetry() {}

    /**
     * What {@code settings} say of calls that fail; empty: such a call is not repeated.
     *
     * @param timeout of a call, its retries included
     */
    static Optional<RetryPolicy> of(BackendSettings settings, Duration timeout) {
        return settings.retry().map(retry -> policy(retry, timeout));
    }

    private static RetryPolicy policy(Retry retry, Duration timeout) {
        RetryPolicy.Builder policy = RetryPolicy.newBuilder()
                .setRetryOn(String.join(",", retry.effectiveTriggers()))
                .setNumRetries(UInt32Value.of(retry.retries()));
        // Envoy takes the longest pause for the timeout of a try as well, and a service that is slow is not down.
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
