package dev.gatehouse.envoyprocess;

import java.time.Duration;

/**
 * How long to wait before a crashed process starts again: {@code first}, doubled with each crash up to {@code longest};
 * {@code first} again after it ran for {@code healthyAfter}.
 */
public record Backoff(Duration first, Duration longest, Duration healthyAfter) {
    /** 0.2 s to 10 s; a run of 30 s counts as healthy. */
    public static final Backoff DEFAULT =
            new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofSeconds(30));

    public Backoff {
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "backoff from " + first + " to " + longest + " is not positive and growing");
        }
    }

    /**
     * @param previous the pause before this run; zero for the first run
     * @param ran how long this run lasted
     */
    Duration afterCrash(Duration previous, Duration ran) {
        if (previous.isZero() || ran.compareTo(healthyAfter) >= 0) {
            return first;
        }
        Duration doubled = previous.multipliedBy(2);
        return doubled.compareTo(longest) > 0 ? longest : doubled;
    }
}
