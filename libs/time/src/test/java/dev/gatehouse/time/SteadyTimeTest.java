package dev.gatehouse.time;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

final class SteadyTimeTest {
    @Test
    void advancesAsLongAsSomethingTakes() throws InterruptedException {
        InstantSource time = SteadyTime.beside(InstantSource.system());
        assertInstanceOf(SteadyTime.class, time);
        Instant before = time.instant();
        Thread.sleep(20);
        Duration passed = Duration.between(before, time.instant());
        assertFalse(passed.compareTo(Duration.ofMillis(20)) < 0, () -> "passed: " + passed);
    }

    @Test
    void aClockOfATestIsTakenAsItIs() {
        InstantSource still = InstantSource.fixed(Instant.EPOCH);
        assertSame(still, SteadyTime.beside(still));
    }
}
