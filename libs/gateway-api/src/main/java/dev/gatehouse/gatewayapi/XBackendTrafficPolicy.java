package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.ProxyTelemetry.Fraction;
import dev.gatehouse.gatewayapi.traffic.CircuitBreaker.RetryBudget;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * XBackendTrafficPolicy of Gateway API's experimental channel (GEP-3388, GEP-1619): the settings of a backend for all
 * routes.
 *
 * @param retryBudget how many requests to the backend may be retries
 */
public record XBackendTrafficPolicy(
        List<Target> targets, Optional<RetryBudget> retryBudget, Optional<SessionPersistence> sessionPersistence) {
    private static final int PRESET_PERCENT = 20;
    private static final int PRESET_COUNT = 10;
    private static final int MAX_COUNT = 1_000_000;
    private static final Duration PRESET_BUDGET_INTERVAL = Duration.ofSeconds(10);
    private static final Duration PRESET_RATE_INTERVAL = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    public XBackendTrafficPolicy {
        targets = List.copyOf(targets);
    }

    /** A target: a backend as a whole. */
    public record Target(String group, String kind, String name) {
        static Target read(Fields f) {
            return new Target(f.string("group").orElse(""), f.requiredString("kind"), f.requiredString("name"));
        }
    }

    static XBackendTrafficPolicy read(Fields f) {
        return new XBackendTrafficPolicy(
                f.list("targetRefs", 1, 16, Target::read),
                f.object("retryConstraint", XBackendTrafficPolicy::retryConstraint),
                f.object("sessionPersistence", SessionPersistence::read));
    }

    private static RetryBudget retryConstraint(Fields f) {
        return new RetryBudget(
                new Fraction(f.object("budget", XBackendTrafficPolicy::percent).orElse(PRESET_PERCENT), 100),
                f.object("minRetryRate", XBackendTrafficPolicy::perSecond).orElse(PRESET_COUNT));
    }

    private static int percent(Fields f) {
        Duration interval = interval(f, PRESET_BUDGET_INTERVAL, Duration.ofSeconds(1), "1s to 1h");
        if (!interval.equals(PRESET_BUDGET_INTERVAL)) {
            f.warn(
                    "interval",
                    "has no effect: Envoy lays the retries of a moment beside the requests of that moment; passed over");
        }
        return f.integer("percent", 0, 100).orElse(PRESET_PERCENT);
    }

    /** Converts a minimum rate to Envoy's number of concurrent retries, under the assumption that a retry takes one second. */
    private static int perSecond(Fields f) {
        int count = f.integer("count", 1, MAX_COUNT).orElse(PRESET_COUNT);
        Duration interval = interval(f, PRESET_RATE_INTERVAL, Duration.ofMillis(1), "1ms to 1h");
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, Math.ceilDiv(count * 1000L, interval.toMillis())));
    }

    private static Duration interval(Fields f, Duration preset, Duration least, String expected) {
        Duration interval = f.duration("interval").orElse(preset);
        if (interval.compareTo(least) < 0 || interval.compareTo(HOUR) > 0) {
            f.wrong("interval", "is out of range (expected: " + expected + ")");
            return preset;
        }
        return interval;
    }
}
