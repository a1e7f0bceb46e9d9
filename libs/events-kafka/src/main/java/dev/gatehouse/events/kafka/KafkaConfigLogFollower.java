package dev.gatehouse.events.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.api.configlog.v1.Record;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.LogRecords;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Seal;
import dev.gatehouse.events.Subscription;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Follows the config log on Kafka until it is closed: first the topic's whole content as one replay, then each appended
 * transaction. While the brokers or the controller are unavailable, the last received content stays in use. If the
 * topic does not continue from the received content (it was recreated, or compacted while the follower was away), the
 * whole topic is read again.
 *
 * <p>A secret that cannot be opened is left out and logged; everything else of its transaction is delivered.
 */
public final class KafkaConfigLogFollower implements Subscription {
    private static final Logger LOG = System.getLogger(KafkaConfigLogFollower.class.getName());
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final KafkaLink link;
    private final Supplier<Optional<Seal>> seal;
    private final Follower follower;
    private final Thread thread;
    private final AtomicReference<LogReader> reader = new AtomicReference<>();
    private volatile boolean closed;
    private volatile boolean connected;

    private KafkaConfigLogFollower(KafkaLink link, Supplier<Optional<Seal>> seal, Follower follower) {
        this.link = link;
        this.seal = seal;
        this.follower = follower;
        this.thread = Thread.ofPlatform().name("config-log-kafka").daemon().unstarted(this::run);
    }

    /**
     * Starts following.
     *
     * @param seal supplies the seal for each secret; empty: every secret is refused
     */
    public static KafkaConfigLogFollower start(KafkaLink link, Supplier<Optional<Seal>> seal, Follower follower) {
        KafkaConfigLogFollower started = new KafkaConfigLogFollower(link, seal, follower);
        started.thread.start();
        return started;
    }

    /** True while a broker is connected. */
    public boolean connected() {
        return connected;
    }

    @Override
    public void close() {
        closed = true;
        LogReader current = reader.get();
        if (current != null) {
            current.wakeup();
        }
        thread.interrupt();
    }

    private void run() {
        boolean reported = false;
        while (!closed) {
            try (LogReader opened = new LogReader(link)) {
                reader.set(opened);
                Optional<Position> last = replay(opened);
                reported = false;
                new Live(last).read(opened);
            } catch (Discontinuity e) {
                LOG.log(
                        Level.WARNING,
                        "The config log is read again from its beginning ({0}): {1}",
                        link,
                        e.getMessage());
            } catch (WakeupException | org.apache.kafka.common.errors.InterruptException e) {
                // Closed.
            } catch (KafkaException e) {
                if (!closed && !reported) {
                    LOG.log(
                            Level.WARNING,
                            "The config log is away ({0}, {1}); what was last received stays in use.",
                            link,
                            e.getMessage());
                    reported = true;
                }
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "A follower of the config log failed; it is sent a replay.", e);
            }
            connected = false;
            if (!closed && !pause()) {
                return;
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /**
     * The state that the topic has, as a replay; nothing where no controller has written yet.
     *
     * @return the position of the end of the replay
     */
    private Optional<Position> replay(LogReader opened) {
        Map<ResourceId, Put> resources = new LinkedHashMap<>();
        Map<String, Record> commits = new LinkedHashMap<>();
        Optional<Position> last = Optional.empty();
        long end = opened.end();
        while (opened.position() < end) {
            for (ConsumerRecord<byte[], byte[]> entry : opened.poll(POLL)) {
                if (LogReader.isTombstone(entry)) {
                    switch (LogKey.of(entry.key())) {
                        case LogKey.Resource resource -> resources.remove(resource.id());
                        case LogKey.Fleet fleet -> commits.remove(fleet.name());
                        case LogKey.Started _, LogKey.CaughtUp _, LogKey.Unknown _ -> {}
                    }
                    continue;
                }
                Optional<Record> read = parse(entry);
                if (read.isEmpty()) {
                    continue;
                }
                Record value = read.get();
                switch (value.getEntryCase()) {
                    case REPLAY_STARTED -> {
                        resources.clear();
                        commits.clear();
                    }
                    case PUT -> {
                        ResourceId id = LogRecords.id(value.getPut().getId());
                        resources.remove(id);
                        LogRecords.open(value.getPut(), seal.get()).ifPresent(put -> resources.put(id, put));
                    }
                    case COMMIT -> {
                        String fleet = value.getCommit().getFleet();
                        if (value.getCommit().getFleetRemoved()) {
                            resources.keySet().removeIf(id -> id.fleet().equals(fleet));
                            commits.remove(fleet);
                        } else {
                            commits.put(fleet, value);
                        }
                        last = Optional.of(LogRecords.position(value));
                    }
                    case CAUGHT_UP -> last = Optional.of(LogRecords.position(value));
                    case DELETE, ENTRY_NOT_SET -> {}
                }
            }
            connected = opened.connected();
        }
        if (last.isEmpty()) {
            return last;
        }
        Map<String, List<Put>> byFleet = new LinkedHashMap<>();
        resources.forEach((id, put) ->
                byFleet.computeIfAbsent(id.fleet(), _ -> new ArrayList<>()).add(put));
        follower.replayStarted(last.get().epoch());
        commits.values().stream()
                .sorted(java.util.Comparator.comparingLong(Record::getOffset))
                .forEach(commit -> follower.transaction(
                        LogRecords.position(commit),
                        LogRecords.transaction(
                                commit.getCommit(),
                                byFleet.getOrDefault(commit.getCommit().getFleet(), List.of()),
                                List.of())));
        follower.caughtUp(last.get());
        return last;
    }

    private static Optional<Record> parse(ConsumerRecord<byte[], byte[]> entry) {
        try {
            return Optional.of(Record.parseFrom(entry.value()));
        } catch (InvalidProtocolBufferException e) {
            LOG.log(Level.ERROR, "The record at {0} is not one of a config log: {1}", entry.offset(), e.getMessage());
            return Optional.empty();
        }
    }

    /** What came does not go on from what came before it. */
    private static final class Discontinuity extends RuntimeException {
        private static final long serialVersionUID = 1;

        Discontinuity(String message) {
            super(message);
        }
    }

    /** Reads appended transactions. */
    private final class Live {
        private Optional<Position> last;
        private List<Put> puts = new ArrayList<>();
        private List<ResourceId> deletes = new ArrayList<>();
        private boolean replaying;

        /** @param last the position up to which the follower has transactions; empty: none */
        Live(Optional<Position> last) {
            this.last = last;
        }

        void read(LogReader opened) {
            while (!closed) {
                for (ConsumerRecord<byte[], byte[]> entry : opened.poll(POLL)) {
                    if (!LogReader.isTombstone(entry)) {
                        parse(entry).ifPresent(this::take);
                    } else if (!replaying && LogKey.of(entry.key()) instanceof LogKey.Resource resource) {
                        // In a replay a deletion needs no action, since the follower drops resources that the replay
                        // does not contain.
                        deletes.add(resource.id());
                    }
                }
                connected = opened.connected();
            }
        }

        private void take(Record value) {
            switch (value.getEntryCase()) {
                case REPLAY_STARTED -> {
                    replaying = true;
                    puts = new ArrayList<>();
                    deletes = new ArrayList<>();
                    follower.replayStarted(value.getEpoch());
                }
                case PUT -> LogRecords.open(value.getPut(), seal.get()).ifPresent(puts::add);
                case COMMIT -> {
                    Position position = LogRecords.position(value);
                    if (!replaying) {
                        goesOn(position);
                    }
                    follower.transaction(position, LogRecords.transaction(value.getCommit(), puts, deletes));
                    puts = new ArrayList<>();
                    deletes = new ArrayList<>();
                }
                case CAUGHT_UP -> {
                    Position position = LogRecords.position(value);
                    if (!replaying) {
                        throw new Discontinuity(
                                "the end of a replay at " + position + ", whose beginning did not come");
                    }
                    replaying = false;
                    last = Optional.of(position);
                    follower.caughtUp(position);
                }
                case DELETE, ENTRY_NOT_SET ->
                    LOG.log(
                            Level.WARNING,
                            "A record at {0} is of a kind that this version does not know.",
                            value.getOffset());
            }
        }

        /** A controller numbers the transactions of its epoch without a gap. */
        private void goesOn(Position position) {
            Optional<Position> expected = last.map(before -> new Position(before.epoch(), before.offset() + 1));
            if (!expected.equals(Optional.of(position))) {
                throw new Discontinuity(
                        "after " + last.map(Position::toString).orElse("nothing") + " came " + position);
            }
            last = expected;
        }
    }
}
