package dev.gatehouse.authz.introspection;

import dev.gatehouse.time.SteadyTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Ids that were seen, in the memory of this process: two generations of them, of which the older one is forgotten at a time. Safe for any thread. */
final class SeenIds {
    /** Of each generation; beyond it nothing can be told. */
    private static final int MOST = 500_000;

    private final Duration remembered;
    private final InstantSource clock;
    private Set<String> newer = new HashSet<>();
    private Set<String> older = new HashSet<>();
    private Instant turn;

    /** @param remembered at least so long */
    SeenIds(Duration remembered, InstantSource clock) {
        this.remembered = remembered;
        this.clock = SteadyTime.beside(clock);
        this.turn = this.clock.instant().plus(remembered);
    }

    /** @param life at most what the constructor was told */
    synchronized CompletionStage<Boolean> first(String id, Duration life) {
        Instant now = clock.instant();
        if (!now.isBefore(turn)) {
            older = now.isBefore(turn.plus(remembered)) ? newer : new HashSet<>();
            newer = new HashSet<>();
            turn = now.plus(remembered);
        }
        if (older.contains(id) || newer.contains(id)) {
            return CompletableFuture.completedFuture(false);
        }
        if (newer.size() >= MOST) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("memory has " + MOST + " ids of proofs already"));
        }
        newer.add(id);
        return CompletableFuture.completedFuture(true);
    }
}
