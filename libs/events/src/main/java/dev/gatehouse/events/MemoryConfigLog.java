package dev.gatehouse.events;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The config log in memory: the last value of every resource, and a bounded ring of recent transactions.
 *
 * <p>Each follower reads from the ring at its own pace on a virtual thread of its own, so that a slow one never holds up
 * {@link #append}. One that falls behind the ring is sent a replay of the compacted state instead. The ring is bounded by
 * transactions and by bytes, and at either bound forgets the oldest transaction.
 */
public final class MemoryConfigLog implements ConfigLog {
    private static final Logger LOG = System.getLogger(MemoryConfigLog.class.getName());
    private static final int RING_TRANSACTIONS = 1024;
    private static final long RING_BYTES = 64L << 20;
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final String epoch;
    private final int ringTransactions;
    private final long ringBytes;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, FleetState> fleets = new LinkedHashMap<>();
    private final ArrayDeque<Entry> ring = new ArrayDeque<>();
    private long bytesInRing;
    private long head;
    private boolean loaded;

    private record Entry(Position position, Transaction transaction) {
        long bytes() {
            return transaction.puts().stream()
                    .mapToLong(put -> put.resource().size())
                    .sum();
        }
    }

    private static final class FleetState {
        final Map<ResourceId, Put> puts = new LinkedHashMap<>();
        long offset;
        Instant publishedAt = Instant.EPOCH;
    }

    /** The next batch for a follower. */
    private record Batch(boolean replay, List<Entry> entries, Optional<Position> caughtUp, long cursor) {}

    private MemoryConfigLog(String epoch, boolean loaded, int ringTransactions, long ringBytes) {
        this.epoch = new Position(epoch, 0).epoch();
        this.loaded = loaded;
        this.ringTransactions = ringTransactions;
        this.ringBytes = ringBytes;
    }

    /** An empty log whose followers are told at once that they have caught up. */
    public MemoryConfigLog(String epoch) {
        this(epoch, true, RING_TRANSACTIONS, RING_BYTES);
    }

    MemoryConfigLog(String epoch, int ringTransactions, long ringBytes) {
        this(epoch, true, ringTransactions, ringBytes);
    }

    /**
     * An empty log that its writer is about to fill with existing content, for a starting controller. No follower is
     * told that it has caught up until {@link #loaded()}, so no follower drops its earlier content before.
     */
    public static MemoryConfigLog loading(String epoch) {
        return new MemoryConfigLog(epoch, false, RING_TRANSACTIONS, RING_BYTES);
    }

    /** The log has everything that there was when its writer started. */
    public void loaded() {
        lock.lock();
        try {
            loaded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Position append(Transaction transaction) {
        lock.lock();
        try {
            Position position = new Position(epoch, ++head);
            compact(transaction);
            Entry entry = new Entry(position, transaction);
            ring.addLast(entry);
            bytesInRing += entry.bytes();
            while (ring.size() > ringTransactions || (bytesInRing > ringBytes && ring.size() > 1)) {
                bytesInRing -= ring.removeFirst().bytes();
            }
            changed.signalAll();
            return position;
        } finally {
            lock.unlock();
        }
    }

    private void compact(Transaction transaction) {
        if (transaction.fleetRemoved()) {
            fleets.remove(transaction.fleet());
            return;
        }
        FleetState fleet = fleets.computeIfAbsent(transaction.fleet(), name -> new FleetState());
        for (Put put : transaction.puts()) {
            fleet.puts.put(put.id(), put);
        }
        transaction.deletes().forEach(fleet.puts::remove);
        fleet.offset = head;
        fleet.publishedAt = transaction.publishedAt();
    }

    @Override
    public Subscription follow(Optional<Position> after, Follower follower) {
        Reader reader = new Reader(after, follower);
        reader.thread = Thread.ofVirtual().name("config-log-follower").start(reader);
        return reader;
    }

    private final class Reader implements Runnable, Subscription {
        private final Follower follower;
        /** Offset of the last transaction delivered; negative: a replay is due. */
        private long cursor;

        private boolean announced;
        private volatile boolean closed;
        private volatile Thread thread = Thread.currentThread();

        Reader(Optional<Position> after, Follower follower) {
            this.follower = follower;
            this.cursor = after.filter(position -> position.epoch().equals(epoch))
                    .map(Position::offset)
                    .orElse(-1L);
        }

        @Override
        public void run() {
            while (!closed) {
                try {
                    deliver(next());
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException e) {
                    if (closed) {
                        return;
                    }
                    LOG.log(Level.ERROR, "A follower of the config log failed; it is sent a replay.", e);
                    cursor = -1;
                    announced = false;
                    if (!pause()) {
                        return;
                    }
                }
            }
        }

        private boolean pause() {
            try {
                Thread.sleep(AFTER_FAILURE);
                return true;
            } catch (InterruptedException e) {
                return false;
            }
        }

        private Batch next() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (true) {
                    if (cursor < 0 || cursor > head || fellBehind()) {
                        announced = loaded;
                        return new Batch(true, compacted(), caughtUp(), head);
                    }
                    if (cursor < head) {
                        List<Entry> due = ring.stream()
                                .filter(entry -> entry.position().offset() > cursor)
                                .toList();
                        boolean tell = loaded && !announced;
                        announced = loaded;
                        return new Batch(false, due, tell ? caughtUp() : Optional.empty(), head);
                    }
                    if (loaded && !announced) {
                        announced = true;
                        return new Batch(false, List.of(), caughtUp(), head);
                    }
                    changed.await();
                }
            } finally {
                lock.unlock();
            }
        }

        private boolean fellBehind() {
            return cursor < head
                    && (ring.isEmpty() || ring.getFirst().position().offset() > cursor + 1);
        }

        private Optional<Position> caughtUp() {
            return loaded ? Optional.of(new Position(epoch, head)) : Optional.empty();
        }

        private void deliver(Batch batch) {
            if (batch.replay()) {
                follower.replayStarted(epoch);
            }
            for (Entry entry : batch.entries()) {
                if (closed) {
                    return;
                }
                follower.transaction(entry.position(), entry.transaction());
            }
            cursor = batch.cursor();
            batch.caughtUp().ifPresent(follower::caughtUp);
        }

        @Override
        public void close() {
            closed = true;
            thread.interrupt();
        }
    }

    private List<Entry> compacted() {
        List<Entry> entries = new ArrayList<>();
        fleets.forEach((name, fleet) -> entries.add(new Entry(
                new Position(epoch, fleet.offset),
                new Transaction(name, List.copyOf(fleet.puts.values()), List.of(), fleet.publishedAt, false))));
        entries.sort(Comparator.comparingLong(entry -> entry.position().offset()));
        return entries;
    }
}
