package dev.gatehouse.events.kafka;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Seal;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class KafkaConfigLogIT {
    private static final Seal KEY = Seal.ofRing("a:" + "A".repeat(43) + "=", new SecureRandom());

    @TempDir
    static Path directory;

    private static KafkaBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = new KafkaBroker(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void whatTheControllerAppendsReachesAFollowerAndSecretsTravelSealed(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        MemoryConfigLog log = new MemoryConfigLog("one");
        log.append(set("a/gw", "listener", "v1", false));
        try (KafkaConfigLogWriter writer = writer(log, link);
                Told told = new Told(link)) {
            assertThat(told.until("caught up one 1")).contains("replay one", "1 a/gw +listener=v1");
            log.append(set("a/gw", "key", "s3cret", true));
            log.append(delete("a/gw", "listener"));
            assertThat(told.until("3 a/gw -listener")).contains("2 a/gw +key=s3cret");
        }
        assertThat(everythingIn(link)).doesNotContain("s3cret");
    }

    @Test
    void aFollowerThatStartsLaterIsGivenTheStateAloneAlsoWithoutAController(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        MemoryConfigLog log = new MemoryConfigLog("one");
        try (KafkaConfigLogWriter writer = writer(log, link);
                Told told = new Told(link)) {
            told.until("caught up one 0");
            for (int i = 1; i <= 50; i++) {
                log.append(set("a/gw", "listener", "v" + i, false));
            }
            log.append(set("b/gw", "other", "v1", false));
            log.append(delete("a/gw", "absent"));
            log.append(new Transaction("b/gw", List.of(), List.of(), Instant.EPOCH, true));
            told.until("53 b/gw -other removed");
        }
        try (Told late = new Told(link)) {
            assertThat(late.until("caught up one 53"))
                    .containsExactly("replay one", "52 a/gw +listener=v50", "caught up one 53");
        }
    }

    @Test
    void aNewControllerEndsTheEpochAndWhatItDoesNotHaveIsForgotten(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        MemoryConfigLog old = new MemoryConfigLog("one");
        old.append(set("a/gw", "listener", "v1", false));
        old.append(set("gone/gw", "listener", "v1", false));
        try (Told told = new Told(link)) {
            try (KafkaConfigLogWriter writer = writer(old, link)) {
                told.until("caught up one 2");
            }
            MemoryConfigLog now = MemoryConfigLog.loading("two");
            try (KafkaConfigLogWriter writer = writer(now, link)) {
                now.append(set("a/gw", "listener", "v2", false));
                now.loaded();
                assertThat(told.until("caught up two 1"))
                        .containsExactly("replay two", "1 a/gw +listener=v2", "caught up two 1");
            }
        }
        try (Told late = new Told(link)) {
            assertThat(late.until("caught up two 1"))
                    .containsExactly("replay two", "1 a/gw +listener=v2", "caught up two 1");
        }
    }

    @Test
    void aControllerThatHasNotReadTheClusterYetLeavesWhatIsServed(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        MemoryConfigLog old = new MemoryConfigLog("one");
        old.append(set("a/gw", "listener", "v1", false));
        try (KafkaConfigLogWriter writer = writer(old, link);
                Told told = new Told(link)) {
            told.until("caught up one 1");
        }
        MemoryConfigLog starting = MemoryConfigLog.loading("two");
        starting.append(set("a/gw", "half", "v1", false));
        try (KafkaConfigLogWriter writer = writer(starting, link);
                Told late = new Told(link)) {
            assertThat(late.until("caught up one 1")).contains("1 a/gw +listener=v1");
        }
    }

    @Test
    void theBrokersMayGoAndComeBack(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        MemoryConfigLog log = new MemoryConfigLog("one");
        log.append(set("a/gw", "listener", "v1", false));
        try (KafkaConfigLogWriter writer = writer(log, link);
                Told told = new Told(link)) {
            told.until("caught up one 1");
            broker.stop();
            log.append(set("a/gw", "listener", "v2", false));
            broker.restart();
            assertThat(told.until("+listener=v2")).isNotEmpty();
        }
    }

    @Test
    void whoIsOvertakenWritesNoMore(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        MemoryConfigLog first = new MemoryConfigLog("one");
        first.append(set("a/gw", "listener", "v1", false));
        boolean[] leads = {true};
        try (KafkaConfigLogWriter old =
                        KafkaConfigLogWriter.start(first, link, () -> Optional.of(KEY), () -> leads[0]);
                Told told = new Told(link)) {
            told.until("caught up one 1");
            leads[0] = false;
            MemoryConfigLog second = new MemoryConfigLog("two");
            second.append(set("a/gw", "listener", "v2", false));
            try (KafkaConfigLogWriter now = writer(second, link)) {
                told.until("caught up two 1");
                first.append(set("a/gw", "listener", "stale", false));
                second.append(set("a/gw", "listener", "v3", false));
                assertThat(told.until("2 a/gw +listener=v3")).noneMatch(line -> line.contains("stale"));
            }
        }
    }

    private static KafkaLink link(TestInfo test) {
        return new KafkaLink(
                test.getTestMethod().orElseThrow().getName(), Map.of("bootstrap.servers", broker.address()));
    }

    private static KafkaConfigLogWriter writer(MemoryConfigLog log, KafkaLink link) {
        return KafkaConfigLogWriter.start(log, link, () -> Optional.of(KEY), () -> true);
    }

    private static Transaction set(String fleet, String name, String content, boolean secret) {
        ResourceId id = new ResourceId(fleet, "type.googleapis.com/t", name);
        return new Transaction(
                fleet,
                List.of(new Put(id, secret ? "hash" : content, ByteString.copyFromUtf8(content), secret)),
                List.of(),
                Instant.EPOCH,
                false);
    }

    private static Transaction delete(String fleet, String name) {
        return new Transaction(
                fleet, List.of(), List.of(new ResourceId(fleet, "type.googleapis.com/t", name)), Instant.EPOCH, false);
    }

    /** The raw topic, as whoever can read the brokers' disks sees it. */
    private static String everythingIn(KafkaLink link) {
        StringBuilder text = new StringBuilder();
        try (LogReader reader = new LogReader(link)) {
            long end = reader.end();
            while (reader.position() < end) {
                for (ConsumerRecord<byte[], byte[]> entry : reader.poll(java.time.Duration.ofSeconds(1))) {
                    if (!LogReader.isTombstone(entry)) {
                        text.append(new String(entry.value(), StandardCharsets.ISO_8859_1));
                    }
                }
            }
        }
        return text.toString();
    }

    /** A follower that writes down what it is told. */
    private static final class Told implements Follower, AutoCloseable {
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final KafkaConfigLogFollower subscription;

        Told(KafkaLink link) {
            subscription = KafkaConfigLogFollower.start(link, () -> Optional.of(KEY), this);
        }

        @Override
        public void replayStarted(String epoch) {
            lines.add("replay " + epoch);
        }

        @Override
        public void transaction(Position position, Transaction transaction) {
            Map<String, String> parts = new TreeMap<>();
            transaction
                    .puts()
                    .forEach(put -> parts.put(
                            put.id().name(),
                            " +" + put.id().name() + "=" + put.resource().toStringUtf8()));
            transaction.deletes().forEach(id -> parts.put(id.name(), " -" + id.name()));
            lines.add(position.offset() + " " + transaction.fleet() + String.join("", parts.values())
                    + (transaction.fleetRemoved() ? " removed" : ""));
        }

        @Override
        public void caughtUp(Position position) {
            lines.add("caught up " + position.epoch() + " " + position.offset());
        }

        /** What comes, up to a line that ends with {@code last}. */
        List<String> until(String last) throws InterruptedException {
            List<String> all = new ArrayList<>();
            do {
                all.add(Objects.requireNonNull(lines.poll(60, SECONDS), () -> "nothing more after " + all));
            } while (!all.getLast().endsWith(last));
            return all;
        }

        @Override
        public void close() {
            subscription.close();
        }
    }
}
