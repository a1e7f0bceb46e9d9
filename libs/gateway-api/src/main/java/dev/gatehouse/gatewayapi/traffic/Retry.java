package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * When a request is sent again.
 *
 * @param attemptsPerPriority attempts before endpoints of another priority are tried; absent: the best priority only
 * @param triggers the causes of a retry, by Envoy's names; absent: the defaults
 * @param perTryTimeout the time limit of each attempt
 */
public record Retry(
        int retries,
        OptionalInt attemptsPerPriority,
        Optional<List<String>> triggers,
        Optional<List<Integer>> statuses,
        Optional<Duration> perTryTimeout,
        Optional<Duration> baseInterval,
        Optional<Duration> maxInterval) {
    private static final int RETRIES = 2;

    /** What is retried where only the wish to retry is expressed. */
    public static final Retry DEFAULT = new Retry(
            RETRIES,
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    private static final List<String> TRIGGERS = List.of(
            "5xx",
            "gateway-error",
            "reset",
            "reset-before-request",
            "connect-failure",
            "retriable-4xx",
            "refused-stream",
            "retriable-status-codes",
            "cancelled",
            "deadline-exceeded",
            "internal",
            "resource-exhausted",
            "unavailable");

    private record On(List<String> triggers, List<Integer> statuses) {
        static On read(Fields f) {
            List<String> triggers = f.strings("triggers");
            for (int i = 0; i < triggers.size(); i++) {
                if (!TRIGGERS.contains(triggers.get(i))) {
                    f.wrong(
                            "triggers[" + i + "]",
                            "\"" + triggers.get(i) + "\" is not known (expected: " + String.join(", ", TRIGGERS) + ")");
                }
            }
            return new On(
                    triggers.stream().distinct().sorted().toList(),
                    f.integers("httpStatusCodes", 100, 599).stream()
                            .distinct()
                            .sorted()
                            .toList());
        }
    }

    private record PerRetry(Optional<Duration> timeout, Optional<Duration> base, Optional<Duration> max) {
        static PerRetry read(Fields f) {
            List<Optional<Duration>> intervals = f.object(
                            "backOff", x -> List.of(interval(x, "baseInterval"), interval(x, "maxInterval")))
                    .orElse(List.of(Optional.empty(), Optional.empty()));
            Optional<Duration> base = intervals.getFirst();
            Optional<Duration> max = intervals.getLast();
            if (base.isPresent() && max.isPresent() && max.get().compareTo(base.get()) < 0) {
                f.wrong("backOff", "has a maxInterval below baseInterval (expected: at least it)");
            }
            return new PerRetry(f.duration("timeout"), base, max);
        }

        private static Optional<Duration> interval(Fields f, String name) {
            Optional<Duration> interval = f.duration(name);
            if (interval.filter(Duration::isZero).isPresent()) {
                f.wrong(name, "is 0 (expected: more)");
            }
            return interval;
        }
    }

    static Retry read(Fields f) {
        Optional<On> on = f.object("retryOn", On::read);
        PerRetry each = f.object("perRetry", PerRetry::read)
                .orElse(new PerRetry(Optional.empty(), Optional.empty(), Optional.empty()));
        if (each.max().isPresent() && each.base().isEmpty()) {
            f.wrong("perRetry", "has backOff.maxInterval without baseInterval (expected: both)");
        }
        return new Retry(
                f.integer("numRetries", 0, Integer.MAX_VALUE).orElse(RETRIES),
                f.integer("numAttemptsPerPriority", 0, Integer.MAX_VALUE)
                        .filter(attempts -> attempts > 0)
                        .map(OptionalInt::of)
                        .orElse(OptionalInt.empty()),
                on.map(On::triggers).filter(triggers -> !triggers.isEmpty()),
                on.map(On::statuses),
                each.timeout(),
                each.base(),
                each.max());
    }

    /** What Envoy retries on, in its words. */
    public List<String> effectiveTriggers() {
        return triggers.orElse(
                List.of("connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"));
    }

    /** The statuses that are retried, if the triggers have them retried. */
    public List<Integer> effectiveStatuses() {
        return new ArrayList<>(statuses.orElse(List.of(503)));
    }
}
