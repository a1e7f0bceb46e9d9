package dev.gatehouse.events.kafka;

import dev.gatehouse.api.configlog.v1.CaughtUp;
import dev.gatehouse.api.configlog.v1.Record;
import dev.gatehouse.api.configlog.v1.ReplayStarted;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.LogRecords;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Seal;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Copies the config log of the leading controller to Kafka: first the whole content, as one transaction that ends the
 * previous epoch, then each appended transaction. A controller that takes over fences its predecessor, whose writes
 * then fail, so that only one of two supposed leaders writes. Log transactions that arrive during a write become one
 * Kafka transaction.
 *
 * <p>What Kafka does not take is tried again, beginning with all of the log. Appending never waits for it. A topic that
 * was made anew, or that has lost what was written, is noticed within seconds, and all of the log is written to it.
 */
public final class KafkaConfigLogWriter implements Subscription {
    private static final Logger LOG = System.getLogger(KafkaConfigLogWriter.class.getName());
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final int MAX_RECORD_BYTES = 32 << 20;
    private static final Duration POLL = Duration.ofSeconds(1);

    /** The time between two checks whether the topic still has its written records. */
    private static final Duration LOOK_AT_TOPIC = Duration.ofSeconds(3);

    /** The most waiting log transactions. They are written as one Kafka transaction. */
    private static final int MOST_WAITING = 256;

    /**
     * The topic is compacted and its size is bounded: overwritten records stay for an hour at most, or until they reach
     * 64 MiB. A follower that was away for longer than deletions are kept reads the whole topic again.
     */
    private static final Map<String, String> TOPIC = Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(MAX_RECORD_BYTES),
            TopicConfig.SEGMENT_BYTES_CONFIG,
            Integer.toString(2 * MAX_RECORD_BYTES),
            TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG,
            Long.toString(Duration.ofHours(1).toMillis()),
            TopicConfig.DELETE_RETENTION_MS_CONFIG,
            Long.toString(Duration.ofDays(1).toMillis()));

    private final ConfigLog log;
    private final KafkaLink link;
    private final Supplier<Optional<Seal>> seal;
    private final BooleanSupplier leads;
    private final Thread thread;
    private volatile boolean closed;

    private KafkaConfigLogWriter(ConfigLog log, KafkaLink link, Supplier<Optional<Seal>> seal, BooleanSupplier leads) {
        this.log = log;
        this.link = link;
        this.seal = seal;
        this.leads = leads;
        this.thread = Thread.ofVirtual().name("config-log-to-kafka").unstarted(this::run);
    }

    /**
     * Starts copying.
     *
     * @param seal supplies the seal for each secret; empty: no secret leaves this process
     * @param leads true while this process may write
     */
    public static KafkaConfigLogWriter start(
            ConfigLog log, KafkaLink link, Supplier<Optional<Seal>> seal, BooleanSupplier leads) {
        KafkaConfigLogWriter started = new KafkaConfigLogWriter(log, link, seal, leads);
        started.thread.start();
        return started;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void run() {
        boolean reported = false;
        try {
            while (!closed) {
                if (!leads.getAsBoolean()) {
                    Thread.sleep(LOOK_AGAIN);
                    continue;
                }
                try (Copy copy = new Copy()) {
                    reported = false;
                    copy.untilItFails();
                } catch (KafkaException e) {
                    if (!reported) {
                        LOG.log(
                                Level.WARNING,
                                "The config log cannot be written to {0} ({1}); it is tried again.",
                                link,
                                e.getMessage());
                        reported = true;
                    }
                    Thread.sleep(AFTER_FAILURE);
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** A batch to write: appended transactions of the log, or its whole content. */
    private sealed interface Due {
        record Appended(Position position, Transaction transaction) implements Due {}

        record All(List<Appended> state, Position position) implements Due {}
    }

    /** Queues the log's transactions, on the log's thread, for the writer's thread. */
    private static final class Inbox implements Follower {
        private final BlockingQueue<Due> due = new LinkedBlockingQueue<>(MOST_WAITING);
        private List<Due.Appended> replay = new ArrayList<>();
        private boolean replaying;

        @Override
        public void replayStarted(String epoch) {
            replaying = true;
            replay = new ArrayList<>();
        }

        @Override
        public void transaction(Position position, Transaction transaction) {
            Due.Appended appended = new Due.Appended(position, transaction);
            if (replaying) {
                replay.add(appended);
            } else {
                put(appended);
            }
        }

        @Override
        public void caughtUp(Position position) {
            if (replaying) {
                replaying = false;
                put(new Due.All(List.copyOf(replay), position));
                replay = new ArrayList<>();
            }
        }

        private void put(Due next) {
            try {
                due.put(next);
            } catch (InterruptedException e) {
                // The subscription is closed: what would come is not wanted.
                Thread.currentThread().interrupt();
            }
        }

        /** The queued batches; an empty list if nothing arrived within the time. */
        List<Due> next(Duration atMost) throws InterruptedException {
            Due first = due.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
            if (first == null) {
                return List.of();
            }
            List<Due> all = new ArrayList<>(List.of(first));
            due.drainTo(all);
            return all;
        }
    }

    /** One attempt, with a producer of its own. */
    private final class Copy implements AutoCloseable {
        private final KafkaProducer<byte[], byte[]> producer;
        private final TopicWatch watch;
        private final Map<String, Set<ResourceId>> there = new HashMap<>();

        Copy() throws InterruptedException {
            Topics.make(link, TOPIC);
            producer = new KafkaProducer<>(
                    link.settings(Map.of(
                            "transactional.id",
                            link.topic() + ".writer",
                            "transaction.timeout.ms",
                            300_000,
                            "compression.type",
                            "gzip",
                            "linger.ms",
                            0,
                            "max.request.size",
                            MAX_RECORD_BYTES)),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
            try {
                producer.initTransactions();
                learnWhatIsThere();
                watch = new TopicWatch(link);
            } catch (RuntimeException | InterruptedException e) {
                producer.close(Duration.ZERO);
                throw e;
            }
        }

        private void learnWhatIsThere() {
            try (LogReader reader = new LogReader(link)) {
                long end = reader.end();
                while (reader.position() < end) {
                    for (ConsumerRecord<byte[], byte[]> entry : reader.poll(POLL)) {
                        switch (LogKey.of(entry.key())) {
                            case LogKey.Resource resource -> {
                                Set<ResourceId> fleet = fleet(resource.id().fleet());
                                if (LogReader.isTombstone(entry)) {
                                    fleet.remove(resource.id());
                                } else {
                                    fleet.add(resource.id());
                                }
                            }
                            case LogKey.Fleet fleet -> {
                                if (!LogReader.isTombstone(entry)) {
                                    fleet(fleet.name());
                                }
                            }
                            case LogKey.Started _, LogKey.CaughtUp _, LogKey.Unknown _ -> {}
                        }
                    }
                }
            }
        }

        private Set<ResourceId> fleet(String name) {
            return there.computeIfAbsent(name, _ -> new HashSet<>());
        }

        /** @throws KafkaException if Kafka refuses a write, or the topic has lost written records */
        void untilItFails() throws InterruptedException {
            Inbox inbox = new Inbox();
            Subscription subscription = log.follow(Optional.empty(), inbox);
            try {
                long looked = System.nanoTime();
                while (leads.getAsBoolean()) {
                    List<Due> due = inbox.next(LOOK_AGAIN);
                    if (!due.isEmpty()) {
                        write(due);
                    }
                    if (System.nanoTime() - looked > LOOK_AT_TOPIC.toNanos()) {
                        watch.look();
                        looked = System.nanoTime();
                    }
                }
            } finally {
                subscription.close();
            }
        }

        /** After a failure the producer's state is uncertain: another one begins with all of the log. */
        private void write(List<Due> due) {
            producer.beginTransaction();
            for (Due each : due) {
                switch (each) {
                    case Due.Appended appended -> send(appended);
                    case Due.All all -> send(all);
                }
            }
            producer.commitTransaction();
        }

        private void send(Due.All all) {
            Map<String, Set<ResourceId>> before = new HashMap<>(there);
            there.clear();
            send(
                    new LogKey.Started(),
                    Record.newBuilder()
                            .setEpoch(all.position().epoch())
                            .setReplayStarted(ReplayStarted.getDefaultInstance())
                            .build());
            all.state().forEach(this::send);
            before.forEach((fleet, resources) -> {
                resources.stream()
                        .filter(id -> !there.getOrDefault(fleet, Set.of()).contains(id))
                        .forEach(id -> send(new LogKey.Resource(id), null));
                if (!there.containsKey(fleet)) {
                    send(new LogKey.Fleet(fleet), null);
                }
            });
            send(
                    new LogKey.CaughtUp(),
                    LogRecords.at(all.position())
                            .setCaughtUp(CaughtUp.getDefaultInstance())
                            .build());
        }

        private void send(Due.Appended appended) {
            Position position = appended.position();
            Transaction transaction = appended.transaction();
            Set<ResourceId> fleet = fleet(transaction.fleet());
            for (Put put : transaction.puts()) {
                send(
                        new LogKey.Resource(put.id()),
                        LogRecords.at(position)
                                .setPut(LogRecords.message(put, seal.get()))
                                .build());
                fleet.add(put.id());
            }
            Set<ResourceId> gone = new HashSet<>(transaction.deletes());
            if (transaction.fleetRemoved()) {
                gone.addAll(fleet);
            }
            gone.forEach(id -> send(new LogKey.Resource(id), null));
            fleet.removeAll(gone);
            send(
                    new LogKey.Fleet(transaction.fleet()),
                    LogRecords.at(position)
                            .setCommit(LogRecords.commit(transaction))
                            .build());
        }

        private void send(LogKey key, @Nullable Record value) {
            var unused = producer.send(
                    new ProducerRecord<>(link.topic(), 0, key.bytes(), value == null ? null : value.toByteArray()),
                    (written, failure) -> {
                        if (failure == null) {
                            watch.written(written.offset());
                        }
                    });
        }

        @Override
        public void close() {
            producer.close(Duration.ofSeconds(1));
            watch.close();
        }
    }
}
