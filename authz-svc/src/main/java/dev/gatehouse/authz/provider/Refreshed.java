package dev.gatehouse.authz.provider;

import dev.gatehouse.time.SteadyTime;
import dev.gatehouse.tracing.Tracing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is fetched, kept, and fetched again when it is old. While it is fetched again, and while that fails, the old value is used:
 * only the first fetch is waited for. A fetch that failed is made again after a pause. One fetch is under way at a time.
 */
final class Refreshed<T> {
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private final Supplier<CompletionStage<T>> fetch;
    private final Duration lifetime;
    private final InstantSource clock;
    private @Nullable T value;
    private Instant fetched = Instant.MIN;
    private Instant tried = Instant.MIN;
    private @Nullable Throwable failure;
    private @Nullable CompletableFuture<T> underWay;

    Refreshed(Supplier<CompletionStage<T>> fetch, Duration lifetime, InstantSource clock) {
        this.fetch = fetch;
        this.lifetime = lifetime;
        this.clock = SteadyTime.beside(clock);
    }

    /** The value, however old; fails where there never was one. */
    synchronized CompletionStage<T> get() {
        Instant now = clock.instant();
        T current = value;
        if (current == null) {
            Throwable last = failure;
            if (last != null && tried.plus(FIRST_PAUSE).isAfter(now)) {
                return CompletableFuture.failedFuture(last);
            }
            return Tracing.keep(begin(now));
        }
        if (!fetched.plus(lifetime).isAfter(now) && !tried.plus(PAUSE).isAfter(now)) {
            begin(now);
        }
        return CompletableFuture.completedFuture(current);
    }

    /** A value that is newer than one that was not enough; empty: it was fetched a moment ago, or cannot be. */
    synchronized CompletionStage<Optional<T>> newer() {
        Instant now = clock.instant();
        CompletableFuture<T> running = underWay;
        if (running == null && tried.plus(PAUSE).isAfter(now)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return Tracing.keep(begin(now)).handle((next, failed) -> failed == null ? Optional.of(next) : Optional.empty());
    }

    private CompletableFuture<T> begin(Instant now) {
        CompletableFuture<T> running = underWay;
        if (running != null) {
            return running;
        }
        tried = now;
        CompletableFuture<T> next = new CompletableFuture<>();
        underWay = next;
        fetch.get().whenComplete((fresh, failed) -> {
            end(fresh, failed, now);
            if (failed == null) {
                next.complete(fresh);
            } else {
                next.completeExceptionally(failed);
            }
        });
        return next;
    }

    private synchronized void end(@Nullable T fresh, @Nullable Throwable failed, Instant began) {
        underWay = null;
        failure = failed;
        if (fresh != null) {
            value = fresh;
            fetched = began;
        }
    }
}
