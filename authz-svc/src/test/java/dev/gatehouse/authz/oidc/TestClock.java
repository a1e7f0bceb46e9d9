package dev.gatehouse.authz.oidc;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The system's clock, moved by a test. */
final class TestClock implements InstantSource {
    private volatile Duration moved = Duration.ZERO;

    void move(Duration on) {
        moved = moved.plus(on);
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(moved);
    }
}
