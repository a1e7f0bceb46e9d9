package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.session.Session;
import dev.gatehouse.time.SteadyTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The providers that could not be reached a moment ago, and are left alone for two seconds. Safe for any thread. */
final class Resting {
    private static final Duration REST = Duration.ofSeconds(2);

    private final InstantSource clock;
    private final Map<String, Instant> ends = new ConcurrentHashMap<>();

    Resting(InstantSource clock) {
        this.clock = SteadyTime.beside(clock);
    }

    /** The session's provider could not be reached. */
    void begin(Session session) {
        ends.put(session.provider(), clock.instant().plus(REST));
    }

    boolean has(Session session) {
        return Optional.ofNullable(ends.get(session.provider()))
                .filter(end -> end.isAfter(clock.instant()))
                .isPresent();
    }
}
