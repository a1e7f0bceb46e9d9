package dev.gatehouse.authz.oidc;

import dev.gatehouse.time.SteadyTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Says when half a minute is over, for what would otherwise be a line of the log for each request. Safe for any thread. */
final class Seldom {
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final InstantSource clock;
    private final AtomicLong last = new AtomicLong();

    Seldom(InstantSource clock) {
        this.clock = SteadyTime.beside(clock);
    }

    /** Whether it is time again; if so, the next half minute begins. */
    boolean again() {
        long now = clock.millis();
        long before = last.get();
        return now - before >= SILENCE.toMillis() && last.compareAndSet(before, now);
    }
}
