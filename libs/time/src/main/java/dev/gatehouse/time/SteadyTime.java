package dev.gatehouse.time;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The passing of time in this process: instants for pauses, lifetimes and deadlines that only this process compares with each other. The
 * machine's clock may be set while a process runs: a pause of two seconds that ends by that clock takes two hours where it is set back by
 * two hours. These instants advance by {@link System#nanoTime()} and are not changed by that.
 *
 * <p>They are not the time of day: times that others name (the expiry of a token, a certificate, a status) are compared with the clock.
 *
 * <p>Thread-safe.
 */
public final class SteadyTime implements InstantSource {
    private final Instant begun;
    private final long nanosAtBegin;

    private SteadyTime(Instant begun) {
        this.begun = begun;
        this.nanosAtBegin = System.nanoTime();
    }

    /** The passing of time beside {@code clock}: of the system's clock it is measured; any other one, as tests have it, is never set and taken as it is. */
    public static InstantSource beside(InstantSource clock) {
        return clock.equals(InstantSource.system()) ? new SteadyTime(clock.instant()) : clock;
    }

    @Override
    public Instant instant() {
        return begun.plusNanos(System.nanoTime() - nanosAtBegin);
    }
}
