package dev.gatehouse.seclang.collection;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Numbers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps collections in this process's memory. The number of records is bounded: the least recently used record is
 * dropped, so that an attacker with many addresses cannot exhaust the memory.
 */
public final class MemoryCollectionStore implements CollectionStore {
    private static final int MOST_VALUES = 1000;

    private static final class Kept {
        private final Map<String, Bytes> values = new HashMap<>();
        private final Map<String, Instant> expiries = new HashMap<>();
        private final Instant created;
        private Instant updated;
        private Instant forgottenAt;
        private long updates;

        Kept(Instant now) {
            created = now;
            updated = now;
            forgottenAt = now;
        }

        void expire(Instant now) {
            expiries.entrySet().removeIf(entry -> {
                boolean over = !entry.getValue().isAfter(now);
                if (over) {
                    values.remove(entry.getKey());
                }
                return over;
            });
        }
    }

    private final InstantSource clock;
    private final Map<RecordName, Kept> records;

    /** @param most the most records */
    public MemoryCollectionStore(InstantSource clock, int most) {
        this.clock = clock;
        this.records = new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<RecordName, Kept> eldest) {
                return size() > most;
            }
        };
    }

    @Override
    public boolean waits() {
        return false;
    }

    @Override
    public synchronized Record load(RecordName name) {
        Instant now = clock.instant();
        Optional<Kept> kept = find(name, now);
        return kept.map(found -> new Record(found.values, found.created, found.updated, found.updates))
                .orElseGet(() -> Record.fresh(now));
    }

    private Optional<Kept> find(RecordName name, Instant now) {
        Optional<Kept> kept = Optional.ofNullable(records.get(name));
        if (kept.filter(found -> !found.forgottenAt.isAfter(now)).isPresent()) {
            records.remove(name);
            return Optional.empty();
        }
        kept.ifPresent(found -> found.expire(now));
        return kept;
    }

    @Override
    public synchronized void change(RecordName name, List<Change> changes, Duration timeout) {
        Instant now = clock.instant();
        Kept kept = find(name, now).orElseGet(() -> {
            Kept made = new Kept(now);
            records.put(name, made);
            return made;
        });
        changes.forEach(change -> apply(kept, change, now));
        kept.updated = now;
        kept.updates++;
        kept.forgottenAt = now.plus(timeout);
    }

    private static void apply(Kept kept, Change change, Instant now) {
        switch (change) {
            case Change.Set(String name, Bytes value) -> {
                if (kept.values.size() < MOST_VALUES || kept.values.containsKey(name)) {
                    kept.values.put(name, value);
                }
            }
            case Change.Add(String name, long amount) -> {
                long before = Numbers.parse(kept.values.getOrDefault(name, Bytes.EMPTY));
                if (kept.values.size() < MOST_VALUES || kept.values.containsKey(name)) {
                    kept.values.put(name, Bytes.number(before + amount));
                }
            }
            case Change.Remove(String name) -> {
                kept.values.remove(name);
                kept.expiries.remove(name);
            }
            case Change.Expire(String name, Duration after) -> kept.expiries.put(name, now.plus(after));
        }
    }
}
