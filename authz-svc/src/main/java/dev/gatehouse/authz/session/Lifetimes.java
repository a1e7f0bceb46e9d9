package dev.gatehouse.authz.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long sessions live.
 *
 * @param idle without a request; empty: that does not end a session
 * @param absolute from the login on; empty: as long as its tokens
 * @param refresh whether tokens are refreshed; else the session ends with them
 * @param grace how long a session outlives its tokens while the provider cannot be reached
 */
public record Lifetimes(Optional<Duration> idle, Optional<Duration> absolute, boolean refresh, Duration grace) {
    private static final int IDLE_PARTS = 10;
    private static final Duration LONGEST_TOUCH = Duration.ofSeconds(30);

    /** The last moment at which the session can be used, if it is used until then. */
    public Instant end(Session session) {
        Instant tokens = refresh && session.tokens().refresh().isPresent()
                ? later(session.tokens().refreshExpiry(), session.tokens().expiry())
                : session.tokens().expiry();
        Instant end = tokens.plus(grace);
        Optional<Instant> last = absolute.map(session.began()::plus);
        return last.isPresent() && last.get().isBefore(end) ? last.get() : end;
    }

    /** How often a session's use is noted. */
    Optional<Duration> touch() {
        return idle.map(duration -> duration.dividedBy(IDLE_PARTS))
                .map(part -> part.compareTo(LONGEST_TOUCH) > 0 ? LONGEST_TOUCH : part);
    }

    /** How long the store keeps a session that is used now: a note that was not made is allowed for. */
    Duration keep(Session session, Instant now) {
        Duration rest = Duration.between(now, end(session));
        Optional<Duration> unused = idle.map(duration -> duration.plus(touch().orElse(Duration.ZERO)));
        Duration keep = unused.isPresent() && unused.get().compareTo(rest) < 0 ? unused.get() : rest;
        return keep.isPositive() ? keep : Duration.ofMillis(1);
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
