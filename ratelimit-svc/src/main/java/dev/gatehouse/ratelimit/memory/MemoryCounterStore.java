package dev.gatehouse.ratelimit.memory;

import dev.gatehouse.ratelimit.store.CounterStore;
import dev.gatehouse.ratelimit.store.Increment;
import dev.gatehouse.ratelimit.store.StoreUnavailable;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Counters in this process's memory, in shards of a lock each. A counter is dropped after its window.
 *
 * <p>The number of counters is bounded. At the bound, those whose window is over make room; if there are none, a new counter is
 * refused as {@link StoreUnavailable}, while the existing ones go on counting: a flood of new keys cannot wipe out another's count.
 */
public final class MemoryCounterStore implements CounterStore {
    private static final int SHARDS = 64;

    private final InstantSource clock;
    private final int maxPerShard;
    private final Shard[] shards = new Shard[SHARDS];

    /** @param maxCounters rounded up to a multiple of the number of shards */
    public MemoryCounterStore(int maxCounters, InstantSource clock) {
        if (maxCounters < 1) {
            throw new IllegalArgumentException("max counters: " + maxCounters + " (expected: 1 or more)");
        }
        this.clock = clock;
        this.maxPerShard = Math.ceilDiv(maxCounters, SHARDS);
        for (int i = 0; i < SHARDS; i++) {
            shards[i] = new Shard();
        }
    }

    @Override
    public CompletionStage<List<Long>> increment(List<Increment> batch) {
        long now = clock.instant().getEpochSecond();
        List<Long> counts = new ArrayList<>(batch.size());
        for (Increment increment : batch) {
            int hash = increment.key().hashCode();
            long count = shards[(hash ^ (hash >>> 16)) & (SHARDS - 1)].add(increment, now, maxPerShard);
            if (count < 0) {
                return CompletableFuture.failedFuture(new StoreUnavailable("no room for another counter (at most "
                        + (long) maxPerShard * SHARDS + "; gatehouse.ratelimit.memory.max-counters)"));
            }
            counts.add(count);
        }
        return CompletableFuture.completedFuture(counts);
    }

    /** Those whose window is not over, and those not dropped yet. */
    public long size() {
        long size = 0;
        for (Shard shard : shards) {
            size += shard.size();
        }
        return size;
    }

    @Override
    public String kind() {
        return "memory";
    }

    @Override
    public void close() {
        for (Shard shard : shards) {
            shard.clear();
        }
    }

    private static final class Counter {
        private final long end;
        private long count;

        Counter(long end) {
            this.end = end;
        }
    }

    private static final class Shard {
        private static final int FIRST_SWEEP = 64;

        private final Map<String, Counter> counters = new HashMap<>();
        private int sweepAt = FIRST_SWEEP;
        private long lastFullSweep = Long.MIN_VALUE;

        /** The count afterwards, or -1: no room. */
        synchronized long add(Increment increment, long now, int max) {
            Counter counter = counters.get(increment.key());
            if (counter == null) {
                if (!roomForOne(now, max)) {
                    return -1;
                }
                counter = new Counter(increment.window().end());
                counters.put(increment.key(), counter);
            }
            long sum = counter.count + increment.hits();
            counter.count = sum < 0 ? Long.MAX_VALUE : sum;
            return counter.count;
        }

        /** Sweeps when the shard has doubled since the last time, and once a second at its bound: cheap for each hit. */
        private boolean roomForOne(long now, int max) {
            boolean full = counters.size() >= max;
            if (full ? now != lastFullSweep : counters.size() >= sweepAt) {
                counters.values().removeIf(counter -> counter.end <= now);
                sweepAt = Math.max(FIRST_SWEEP, counters.size() * 2);
                lastFullSweep = full ? now : lastFullSweep;
            }
            return counters.size() < max;
        }

        synchronized int size() {
            return counters.size();
        }

        synchronized void clear() {
            counters.clear();
        }
    }
}
