package dev.gatehouse.xdsclient;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Waits between attempts: each up to twice the one before, jittered over its whole upper half. Confined to one thread. */
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private Duration next;

    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
        this.next = first;
    }

    Duration next() {
        long millis = next.toMillis();
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(longest) > 0 ? longest : doubled;
        return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
    }

    void reset() {
        next = first;
    }
}
