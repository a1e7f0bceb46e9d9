package dev.gatehouse.events.kafka;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.LogRecords;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Seal;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
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

    @Test
    void theBrokersMayRestartWhileMuchIsAppended(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        MemoryConfigLog log = new MemoryConfigLog("one");
        try (KafkaConfigLogWriter writer = writer(log, link);
                Told told = new Told(link)) {
            told.until("caught up one 0");
            for (int i = 1; i <= 3_000; i++) {
                log.append(set("a/gw", "listener-" + i % 7, "v" + i, false));
                if (i == 1_000) {
                    broker.restart();
                }
                Thread.sleep(1);
            }
            told.untilItHas(stateOf(log));
        }
    }

    @Test
    void aTopicThatIsDeletedIsWrittenAnewAlsoWhereNothingChanges(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        MemoryConfigLog log = new MemoryConfigLog("one");
        log.append(set("a/gw", "listener", "v1", false));
        try (KafkaConfigLogWriter writer = writer(log, link);
                Told told = new Told(link)) {
            told.until("caught up one 1");
            try (Admin admin = admin()) {
                admin.deleteTopics(List.of(link.topic())).all().get();
            }
            try (Told late = new Told(link)) {
                assertThat(late.until("caught up one 1")).contains("1 a/gw +listener=v1");
            }
            log.append(set("a/gw", "listener", "v2", false));
            told.until("+listener=v2");
            assertThat(told.state()).isEqualTo(stateOf(log));
        }
    }

    @Test
    void aTopicThatIsEmptiedIsWrittenAnew(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        MemoryConfigLog log = new MemoryConfigLog("one");
        log.append(set("a/gw", "listener", "v1", false));
        try (KafkaConfigLogWriter writer = writer(log, link)) {
            try (Told told = new Told(link)) {
                told.until("caught up one 1");
            }
            try (Admin admin = admin()) {
                // Of a compacted topic Kafka deletes no records: one that somebody makes a topic of another kind has
                // its old ones deleted.
                admin.incrementalAlterConfigs(Map.of(
                                new ConfigResource(ConfigResource.Type.TOPIC, link.topic()),
                                List.of(new AlterConfigOp(
                                        new ConfigEntry("cleanup.policy", "delete"), AlterConfigOp.OpType.SET))))
                        .all()
                        .get();
                admin.deleteRecords(Map.of(new TopicPartition(link.topic(), 0), RecordsToDelete.beforeOffset(-1)))
                        .all()
                        .get();
            }
            try (Told late = new Told(link)) {
                assertThat(late.until("caught up one 1")).contains("1 a/gw +listener=v1");
            }
        }
    }

    @Test
    void aFollowerThatMissedSomethingReadsAllAnew(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        MemoryConfigLog log = new MemoryConfigLog("one");
        log.append(set("a/gw", "listener", "v1", false));
        try (Told told = new Told(link)) {
            try (KafkaConfigLogWriter writer = writer(log, link)) {
                told.until("caught up one 1");
            }
            // Of the transactions up to the sixth, compaction has left the last.
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                    link.settings(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
                Position sixth = new Position("one", 6);
                Transaction transaction = set("a/gw", "listener", "v6", false);
                producer.send(new ProducerRecord<>(
                        link.topic(),
                        0,
                        new LogKey.Resource(transaction.puts().getFirst().id()).bytes(),
                        LogRecords.at(sixth)
                                .setPut(LogRecords.message(transaction.puts().getFirst(), Optional.empty()))
                                .build()
                                .toByteArray()));
                producer.send(new ProducerRecord<>(
                                link.topic(),
                                0,
                                new LogKey.Fleet("a/gw").bytes(),
                                LogRecords.at(sixth)
                                        .setCommit(LogRecords.commit(transaction))
                                        .build()
                                        .toByteArray()))
                        .get();
            }
            assertThat(told.until("caught up one 6"))
                    .containsExactly("replay one", "6 a/gw +listener=v6", "caught up one 6");
        }
    }

    @Test
    void whatIsOverwrittenIsCompactedAndTheRestIsTheState(TestInfo test) throws Exception {
        KafkaLink link = link(test);
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(link.topic(), Optional.of(1), Optional.empty())
                            .configs(Map.of(
                                    "cleanup.policy", "compact",
                                    "max.message.bytes", "1000000",
                                    "segment.bytes", "1048576",
                                    "min.cleanable.dirty.ratio", "0.01",
                                    "delete.retention.ms", "0"))))
                    .all()
                    .get();
        }
        MemoryConfigLog log = new MemoryConfigLog("one");
        byte[] bytes = new byte[2_000];
        Random random = new Random(1);
        try (KafkaConfigLogWriter writer = writer(log, link)) {
            for (int i = 1; i <= 6_000; i++) {
                random.nextBytes(bytes);
                String content = HexFormat.of().formatHex(bytes);
                log.append(i % 50 == 0 ? delete("a/gw", "r" + i % 30) : set("a/gw", "r" + i % 30, content, false));
                if (i % 100 == 0) {
                    Thread.sleep(20);
                }
            }
            try (Told told = new Told(link)) {
                told.untilItHas(stateOf(log));
            }
            Await.until(
                    () -> records(link).size() < 1_500,
                    Duration.ofSeconds(60),
                    () -> records(link).size() + " records of 12,000 are left");
            try (Told late = new Told(link)) {
                late.until("caught up one 6000");
                assertThat(late.state()).isEqualTo(stateOf(log));
            }
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", broker.address()));
    }

    /** What a log has, as its followers are told. */
    private static Map<String, String> stateOf(MemoryConfigLog log) throws InterruptedException {
        State state = new State();
        CountDownLatch caughtUp = new CountDownLatch(1);
        try (Subscription following = log.follow(Optional.empty(), new Follower() {
            @Override
            public void replayStarted(String epoch) {
                state.clear();
            }

            @Override
            public void transaction(Position position, Transaction transaction) {
                state.take(transaction);
            }

            @Override
            public void caughtUp(Position position) {
                caughtUp.countDown();
            }
        })) {
            assertThat(caughtUp.await(20, SECONDS)).isTrue();
        }
        return state.now();
    }

    /** Resources by name, as transactions leave them. */
    private static final class State {
        private final Map<String, String> resources = new TreeMap<>();

        synchronized void clear() {
            resources.clear();
        }

        synchronized void take(Transaction transaction) {
            transaction
                    .puts()
                    .forEach(put ->
                            resources.put(put.id().toString(), put.resource().toStringUtf8()));
            transaction.deletes().forEach(id -> resources.remove(id.toString()));
        }

        synchronized Map<String, String> now() {
            return Map.copyOf(resources);
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
        for (ConsumerRecord<byte[], byte[]> entry : records(link)) {
            if (!LogReader.isTombstone(entry)) {
                text.append(new String(entry.value(), StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(KafkaLink link) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (LogReader reader = new LogReader(link)) {
            long end = reader.end();
            while (reader.position() < end) {
                reader.poll(Duration.ofSeconds(1)).forEach(records::add);
            }
        }
        return records;
    }

    /** A follower that writes down what it is told. */
    private static final class Told implements Follower, AutoCloseable {
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final State state = new State();
        private final KafkaConfigLogFollower subscription;

        Told(KafkaLink link) {
            subscription = KafkaConfigLogFollower.start(link, () -> Optional.of(KEY), this);
        }

        @Override
        public void replayStarted(String epoch) {
            state.clear();
            lines.add("replay " + epoch);
        }

        @Override
        public void transaction(Position position, Transaction transaction) {
            state.take(transaction);
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

        Map<String, String> state() {
            return state.now();
        }

        void untilItHas(Map<String, String> wanted) throws InterruptedException {
            Await.until(() -> state.now().equals(wanted), Duration.ofSeconds(60), () -> "not the state of the log");
        }

        @Override
        public void close() {
            subscription.close();
        }
    }
}
