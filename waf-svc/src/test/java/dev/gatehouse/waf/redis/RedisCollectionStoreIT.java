package dev.gatehouse.waf.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.redis.RedisSettings;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.collection.Change;
import dev.gatehouse.seclang.collection.Record;
import dev.gatehouse.seclang.collection.RecordName;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RedisServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisCollectionStoreIT {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final RecordName IP = new RecordName("", "ip", Bytes.latin1("192.0.2.1"));

    private final Vertx vertx = Vertx.vertx();
    private final RedisServer server = new RedisServer(FreePorts.one());
    private final AtomicInteger failures = new AtomicInteger();
    private final RedisCollectionStore one = store(2_000);
    private final RedisCollectionStore other = store(2_000);

    private RedisCollectionStore store(int deadlineMillis) {
        return new RedisCollectionStore(
                vertx,
                new RedisSettings(server.url(), Duration.ofMillis(deadlineMillis), 2),
                "test:",
                InstantSource.fixed(Instant.EPOCH),
                new Random(1),
                _ -> failures.incrementAndGet());
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static Change set(String name, String value) {
        return new Change.Set(name, Bytes.latin1(value));
    }

    private static String value(Record record, String name) {
        return record.values().getOrDefault(name, Bytes.EMPTY).toString();
    }

    @Test
    void whatOneReplicaChangesTheOthersSee() {
        assertThat(one.load(IP).updates()).isZero();
        one.change(IP, List.of(set("a", "x"), new Change.Add("n", 2), new Change.Add("n", 3)), HOUR);
        Record own = one.load(IP);
        assertThat(value(own, "a")).as("at once, for who changed it").isEqualTo("x");
        assertThat(value(own, "n")).isEqualTo("5");
        assertThat(own.updates()).isEqualTo(1);
        assertThat(own.created()).isAfter(Instant.EPOCH.plusSeconds(1_000_000));
        assertThat(value(other.load(IP), "n")).isEqualTo("5");
        other.change(IP, List.of(new Change.Remove("a"), new Change.Add("n", -7)), HOUR);
        Record changed = other.load(IP);
        assertThat(changed.values()).containsOnlyKeys("n");
        assertThat(value(changed, "n")).isEqualTo("-2");
        assertThat(changed.updates()).isEqualTo(2);
    }

    @Test
    void noCountIsLostBetweenReplicas() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        for (RedisCollectionStore store : List.of(one, other)) {
            for (int i = 0; i < 10; i++) {
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        go.await();
                        for (int j = 0; j < 50; j++) {
                            store.change(IP, List.of(new Change.Add("n", 1)), HOUR);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }));
            }
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        Await.until(() -> value(one.load(IP), "n").equals("1000"), PATIENCE, () -> "n=" + value(one.load(IP), "n"));
        assertThat(failures).hasValue(0);
    }

    @Test
    void valuesAndRecordsAreForgottenInTime() throws IOException {
        one.change(
                IP, List.of(set("gone", "1"), set("kept", "2"), new Change.Expire("gone", Duration.ofMillis(1))), HOUR);
        Await.until(() -> !one.load(IP).values().containsKey("gone"), PATIENCE, () -> "the value expires");
        assertThat(value(one.load(IP), "kept")).isEqualTo("2");
        one.change(IP, List.of(new Change.Add("gone", 1)), HOUR);
        assertThat(value(one.load(IP), "gone"))
                .as("an expired count begins anew, and stays")
                .isEqualTo("1");
        assertThat(server.ask("KEYS *")).isEqualTo("*1");
        one.change(IP, List.of(set("a", "1")), Duration.ofMillis(1));
        Await.until(() -> one.load(IP).updates() == 0, PATIENCE, () -> "the record expires");
    }

    @Test
    void anAttackerCannotFillARecordOrMakeHugeKeys() throws IOException {
        List<Change> many = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            many.add(set("v" + i, "x".repeat(10)));
        }
        RecordName huge = new RecordName("", "session", Bytes.latin1("k".repeat(100_000)));
        one.change(huge, many, HOUR);
        one.change(huge, List.of(set("long", "y".repeat(100_000)), set("v0", "y".repeat(100_000))), HOUR);
        Record record = one.load(huge);
        assertThat(record.values().size()).isLessThanOrEqualTo(2 * RedisCollectionStore.MOST_VALUES);
        assertThat(value(record, "v0").length()).isEqualTo(RedisCollectionStore.LONGEST_VALUE);
        assertThat(server.ask("STRLEN x")).isEqualTo(":0");
    }

    @Test
    void withoutRedisAClientIsNewAndNobodyWaitsLong() {
        one.change(IP, List.of(set("a", "1")), HOUR);
        assertThat(value(one.load(IP), "a")).isEqualTo("1");
        server.close();
        Await.until(() -> one.load(IP).updates() == 0, PATIENCE, () -> "the loss is seen");
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertThat(one.load(IP).values()).isEmpty();
            one.change(IP, List.of(set("a", "2")), HOUR);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(failures.get()).isGreaterThan(100);
        server.restart();
        Await.until(
                () -> {
                    one.change(IP, List.of(set("a", "3")), HOUR);
                    return value(one.load(IP), "a").equals("3");
                },
                PATIENCE,
                () -> "it is back");
    }

    @Test
    void aRedisThatHangsCostsTheDeadlineAndNoMore() throws IOException, InterruptedException {
        try (RedisCollectionStore hurried = store(50)) {
            Await.until(hurried::connected, PATIENCE, () -> "it connects");
            server.signal("STOP");
            long start = System.nanoTime();
            assertThat(hurried.load(IP).values()).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500));
            server.signal("CONT");
        }
    }
}
