package dev.gatehouse.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.ratelimit.limit.Window;
import dev.gatehouse.ratelimit.store.Increment;
import dev.gatehouse.ratelimit.store.StoreUnavailable;
import dev.gatehouse.redis.RedisSettings;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RedisServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisCounterStoreIT {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Vertx vertx = Vertx.vertx();
    private final RedisServer server = new RedisServer(FreePorts.one());
    private final InstantSource clock = () -> Instant.ofEpochSecond(1_000);
    private final RedisCounterStore store = store(Duration.ofSeconds(2));

    private RedisCounterStore store(Duration deadline) {
        return new RedisCounterStore(vertx, new RedisSettings(server.url(), deadline, 2), clock, new Random(1));
    }

    @AfterEach
    void close() {
        store.close();
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static Increment hits(String key, long hits) {
        return new Increment(key, hits, new Window(960, 1_020));
    }

    private static List<Long> count(RedisCounterStore store, Increment... batch) {
        return store.increment(List.of(batch)).toCompletableFuture().join();
    }

    @Test
    void aBatchIsCountedInItsOrderAndExpiresWithItsWindow() throws IOException {
        assertThat(count(store, hits("a", 2), hits("b", 1))).containsExactly(2L, 1L);
        assertThat(count(store, hits("b", 1), hits("a", 3), hits("a", 0))).containsExactly(2L, 5L, 5L);
        Await.until(() -> seconds("a") > 0 && seconds("b") > 0, PATIENCE, () -> "both counters expire");
        assertThat(seconds("a")).isBetween(15L, 22L);
    }

    private long seconds(String key) throws IOException {
        return Long.parseLong(server.ask("TTL " + key).substring(1));
    }

    @Test
    void onlyTheHitThatMakesACounterSendsAnExpiry() throws IOException {
        for (int i = 0; i < 50; i++) {
            count(store, hits("a", 1));
        }
        Await.until(() -> seconds("a") > 0, PATIENCE, () -> "the counter expires");
        assertThat(
                        server.ask(
                                "EVAL \"return tonumber(string.match(redis.call('INFO','commandstats'),'cmdstat_expire:calls=(%d+)'))\" 0"))
                .isEqualTo(":1");
    }

    @Test
    void concurrentHitsOfTwoReplicasEachGetACountOfTheirOwn() {
        try (RedisCounterStore other = store(Duration.ofSeconds(5))) {
            List<CompletableFuture<List<Long>>> running = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                running.add(store.increment(List.of(hits("k", 1))).toCompletableFuture());
                running.add(other.increment(List.of(hits("k", 1))).toCompletableFuture());
            }
            Set<Long> counts = new HashSet<>();
            running.forEach(each -> counts.addAll(each.join()));
            assertThat(counts)
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.rangeClosed(1, 1000).boxed().toList());
        }
    }

    @Test
    void aLostServerIsAnErrorAndIsFoundAgainWhenItIsBack() {
        count(store, hits("a", 1));
        server.close();
        Await.until(() -> !store.connected(), PATIENCE, () -> "the loss is noticed");
        assertThatThrownBy(() -> count(store, hits("a", 1)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StoreUnavailable.class);
        server.restart();
        Await.until(store::connected, PATIENCE, () -> "the store is connected again");
        assertThat(count(store, hits("a", 1))).containsExactly(1L);
    }

    @Test
    void aServerThatHangsIsAnErrorWithinTheDeadline() throws IOException, InterruptedException {
        try (RedisCounterStore hasty = store(Duration.ofMillis(50))) {
            Await.until(() -> hasty.connected() && !count(hasty, hits("a", 1)).isEmpty(), PATIENCE, () -> "it counts");
            server.signal("STOP");
            long start = System.nanoTime();
            assertThatThrownBy(() -> count(hasty, hits("a", 1))).hasCauseInstanceOf(StoreUnavailable.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            server.signal("CONT");
            Await.until(() -> !count(hasty, hits("b", 1)).isEmpty(), PATIENCE, () -> "it counts again");
        }
    }

    @Test
    void aServerThatBecomesAReplicaIsLeftForTheOneBehindItsAddress() throws IOException {
        count(store, hits("a", 1));
        server.ask("REPLICAOF 127.0.0.1 1");
        assertThatThrownBy(() -> count(store, hits("a", 1)))
                .hasCauseInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("READONLY");
        server.ask("REPLICAOF NO ONE");
        Await.until(() -> !count(store, hits("c", 1)).isEmpty(), PATIENCE, () -> "it counts again");
    }
}
