package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.ProxyTelemetry.Fraction;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much a backend gets at once. Counts are unsigned: Envoy holds them in 32 bits, and Java's int has those bits.
 *
 * @param maxRequestsPerConnection absent: no limit
 */
public record CircuitBreaker(
        int maxConnections,
        int maxPendingRequests,
        int maxParallelRequests,
        int maxParallelRetries,
        OptionalInt maxRequestsPerConnection,
        OptionalInt maxConnectionsPerEndpoint,
        Optional<RetryBudget> retryBudget) {
    private static final int PRESET = 1024;

    /** How many requests may be retries. */
    public record RetryBudget(Fraction share, int minConcurrency) {
        private static RetryBudget read(Fields f) {
            return new RetryBudget(
                    f.requiredObject("percent", Fraction::read),
                    f.integer("minRetryConcurrency", 0, Integer.MAX_VALUE).orElse(3));
        }
    }

    /** The presets, and {@code budget}. */
    static CircuitBreaker of(RetryBudget budget) {
        return new CircuitBreaker(
                PRESET, PRESET, PRESET, PRESET, OptionalInt.empty(), OptionalInt.empty(), Optional.of(budget));
    }

    /** A copy with {@code budget}, unless there is a retry budget already. */
    CircuitBreaker within(RetryBudget budget) {
        return retryBudget.isPresent()
                ? this
                : new CircuitBreaker(
                        maxConnections,
                        maxPendingRequests,
                        maxParallelRequests,
                        maxParallelRetries,
                        maxRequestsPerConnection,
                        maxConnectionsPerEndpoint,
                        Optional.of(budget));
    }

    static CircuitBreaker read(Fields f) {
        return new CircuitBreaker(
                count(f, "maxConnections").orElse(PRESET),
                count(f, "maxPendingRequests").orElse(PRESET),
                count(f, "maxParallelRequests").orElse(PRESET),
                count(f, "maxParallelRetries").orElse(PRESET),
                count(f, "maxRequestsPerConnection"),
                f.object("perEndpoint", x -> count(x, "maxConnections").orElse(PRESET))
                        .map(OptionalInt::of)
                        .orElse(OptionalInt.empty()),
                f.object("retryBudget", RetryBudget::read));
    }

    private static OptionalInt count(Fields f, String name) {
        return f.longInteger(name, 0, 0xffff_ffffL)
                .map(value -> OptionalInt.of((int) (long) value))
                .orElse(OptionalInt.empty());
    }
}
