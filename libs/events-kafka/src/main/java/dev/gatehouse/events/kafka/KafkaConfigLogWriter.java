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
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Copies a controller's config log to Kafka while it leads: at first all of it, as one transaction that puts an end to the
 * epoch before, then each transaction as it is appended. A controller that takes over fences the one before it, whose writes
 * then fail: of two that believe to lead, one writes.
 *
 * <p>What Kafka does not take is tried again, beginning with all of the log. Appending never waits for it.
 */
public final class KafkaConfigLogWriter implements Subscription {
    private static final Logger LOG = System.getLogger(KafkaConfigLogWriter.class.getName());
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final int MAX_RECORD_BYTES = 32 << 20;
    private static final Duration POLL = Duration.ofSeconds(1);

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
     * @param seal asked for each secret; empty: none leaves this process
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

    /** One attempt, with a producer of its own. */
    private final class Copy implements Follower, AutoCloseable {
        private final KafkaProducer<byte[], byte[]> producer;
        private final Map<String, Set<ResourceId>> there = new HashMap<>();
        private final List<Snapshotted> snapshot = new ArrayList<>();
        private boolean snapshotting;
        private volatile @Nullable RuntimeException failure;

        private record Snapshotted(Position position, Transaction transaction) {}

        Copy() throws InterruptedException {
            Topics.make(
                    link, Map.of("cleanup.policy", "compact", "max.message.bytes", Integer.toString(MAX_RECORD_BYTES)));
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
            } catch (RuntimeException e) {
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

        void untilItFails() throws InterruptedException {
            Subscription subscription = log.follow(Optional.empty(), this);
            try {
                while (leads.getAsBoolean()) {
                    RuntimeException failed = failure;
                    if (failed != null) {
                        throw failed;
                    }
                    Thread.sleep(LOOK_AGAIN);
                }
            } finally {
                subscription.close();
            }
        }

        @Override
        public void replayStarted(String epoch) {
            snapshotting = true;
            snapshot.clear();
        }

        @Override
        public void transaction(Position position, Transaction transaction) {
            if (snapshotting) {
                snapshot.add(new Snapshotted(position, transaction));
            } else {
                write(() -> send(position, transaction));
            }
        }

        @Override
        public void caughtUp(Position position) {
            if (!snapshotting) {
                return;
            }
            snapshotting = false;
            write(() -> {
                Map<String, Set<ResourceId>> before = new HashMap<>(there);
                there.clear();
                send(
                        new LogKey.Started(),
                        Record.newBuilder()
                                .setEpoch(position.epoch())
                                .setReplayStarted(ReplayStarted.getDefaultInstance())
                                .build());
                snapshot.forEach(each -> send(each.position(), each.transaction()));
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
                        LogRecords.at(position)
                                .setCaughtUp(CaughtUp.getDefaultInstance())
                                .build());
            });
            snapshot.clear();
        }

        private void write(Runnable records) {
            if (failure != null) {
                return;
            }
            try {
                producer.beginTransaction();
                records.run();
                producer.commitTransaction();
            } catch (RuntimeException e) {
                // The producer's state is uncertain: another one begins with all of the log.
                failure = e instanceof KafkaException ? e : new KafkaException(String.valueOf(e.getMessage()), e);
            }
        }

        private void send(Position position, Transaction transaction) {
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
                    new ProducerRecord<>(link.topic(), 0, key.bytes(), value == null ? null : value.toByteArray()));
        }

        @Override
        public void close() {
            producer.close(Duration.ofSeconds(1));
        }
    }
}
