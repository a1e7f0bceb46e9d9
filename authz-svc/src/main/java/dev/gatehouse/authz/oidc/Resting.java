package dev.gatehouse.authz.oidc;

import dev.gatehouse.time.SteadyTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The providers that could not be reached a moment ago, and are left alone for two seconds; for twice as long each time that they
 * cannot be reached again, ten seconds at most. Safe for any thread.
 */
final class Resting {
    private static final Duration SHORTEST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private record Rest(Instant end, Duration length) {}

    private final InstantSource clock;
    private final Map<String, Rest> rests = new ConcurrentHashMap<>();

    Resting(InstantSource clock) {
        this.clock = SteadyTime.beside(clock);
    }

    /** The provider could not be reached. Of several calls at a time the first counts. */
    void begin(String provider) {
        Instant now = clock.instant();
        rests.merge(
                provider,
                new Rest(now.plus(SHORTEST), SHORTEST),
                (before, first) -> before.end().isAfter(now) ? before : longer(before, now));
    }

    private static Rest longer(Rest before, Instant now) {
        Duration twice = before.length().multipliedBy(2);
        Duration length = twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
        return new Rest(now.plus(length), length);
    }

    /** The provider has answered. */
    void end(String provider) {
        rests.remove(provider);
    }

    boolean has(String provider) {
        return Optional.ofNullable(rests.get(provider))
                .filter(rest -> rest.end().isAfter(clock.instant()))
                .isPresent();
    }
}
