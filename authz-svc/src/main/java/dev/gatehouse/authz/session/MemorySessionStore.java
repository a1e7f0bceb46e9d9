package dev.gatehouse.authz.session;

import dev.gatehouse.time.SteadyTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Sessions in the memory of one process, for one replica. At the bound, new sessions are refused; what has come to its end makes room first.
 */
public final class MemorySessionStore implements SessionStore {
    private final int bound;
    private final InstantSource clock;
    private final Map<String, Entry> sessions = new HashMap<>();
    private final Map<String, Set<String>> indexes = new HashMap<>();
    private final Map<String, Instant> seen = new HashMap<>();
    private final Map<String, Lock> locks = new HashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    private record Entry(byte[] sealed, Instant end, List<String> indexes) {}

    private record Lock(String owner, Instant end) {}

    /** @param bound on the number of sessions, and of ids that are remembered */
    public MemorySessionStore(int bound, InstantSource clock) {
        this.bound = bound;
        this.clock = SteadyTime.beside(clock);
    }

    @Override
    public synchronized CompletionStage<Optional<byte[]>> read(String key) {
        return done(live(key).map(Entry::sealed));
    }

    private Optional<Entry> live(String key) {
        return Optional.ofNullable(sessions.get(key))
                .filter(entry -> entry.end().isAfter(clock.instant()));
    }

    @Override
    public synchronized CompletionStage<Void> create(
            String key, byte[] sealed, Duration life, List<String> named, Duration indexed) {
        if (sessions.size() >= bound) {
            purge();
        }
        if (sessions.size() >= bound) {
            return CompletableFuture.failedFuture(new StoreUnavailable("memory has " + bound + " sessions already"));
        }
        put(key, sealed, life, named);
        return done();
    }

    private void put(String key, byte[] sealed, Duration life, List<String> named) {
        sessions.put(key, new Entry(sealed, clock.instant().plus(life), List.copyOf(named)));
        named.forEach(
                index -> indexes.computeIfAbsent(index, none -> new HashSet<>()).add(key));
    }

    private void purge() {
        Instant now = clock.instant();
        List<String> over = sessions.entrySet().stream()
                .filter(entry -> !entry.getValue().end().isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
        over.forEach(this::remove);
    }

    private void remove(String key) {
        Entry entry = sessions.remove(key);
        if (entry != null) {
            for (String index : entry.indexes()) {
                indexes.computeIfPresent(index, (name, keys) -> {
                    keys.remove(key);
                    return keys.isEmpty() ? null : keys;
                });
            }
        }
    }

    @Override
    public synchronized CompletionStage<Boolean> replace(
            String key, byte[] sealed, Duration life, List<String> named, Duration indexed) {
        if (live(key).isEmpty()) {
            return done(false);
        }
        put(key, sealed, life, named);
        return done(true);
    }

    @Override
    public synchronized CompletionStage<Void> touch(String key, Duration life) {
        live(key)
                .ifPresent(entry -> sessions.put(
                        key, new Entry(entry.sealed(), clock.instant().plus(life), entry.indexes())));
        return done();
    }

    @Override
    public CompletionStage<Integer> end(Collection<String> keys) {
        int before;
        int after;
        synchronized (this) {
            before = sessions.size();
            keys.forEach(this::remove);
            after = sessions.size();
        }
        listeners.forEach(keys::forEach);
        return done(before - after);
    }

    @Override
    public synchronized CompletionStage<List<String>> indexed(String index) {
        return done(new ArrayList<>(indexes.getOrDefault(index, Set.of())));
    }

    @Override
    public synchronized CompletionStage<Boolean> first(String id, Duration remembered) {
        Instant now = clock.instant();
        if (seen.size() >= bound) {
            seen.values().removeIf(end -> !end.isAfter(now));
        }
        if (seen.size() >= bound) {
            return CompletableFuture.failedFuture(new StoreUnavailable("memory has " + bound + " ids already"));
        }
        Instant before = seen.put(id, now.plus(remembered));
        return done(before == null || !before.isAfter(now));
    }

    @Override
    public synchronized CompletionStage<Boolean> lock(String key, String owner, Duration life) {
        Instant now = clock.instant();
        Lock held = locks.get(key);
        if (held != null && held.end().isAfter(now)) {
            return done(false);
        }
        locks.put(key, new Lock(owner, now.plus(life)));
        return done(true);
    }

    @Override
    public synchronized CompletionStage<Boolean> keepLock(String key, String owner, Duration life) {
        Lock held = locks.get(key);
        if (held == null || !held.owner().equals(owner)) {
            return done(false);
        }
        locks.put(key, new Lock(owner, clock.instant().plus(life)));
        return done(true);
    }

    @Override
    public synchronized CompletionStage<Void> unlock(String key, String owner) {
        Lock held = locks.get(key);
        if (held != null && held.owner().equals(owner)) {
            locks.remove(key);
        }
        return done();
    }

    @Override
    public void listen(Consumer<String> listener) {
        listeners.add(listener);
    }

    @Override
    public boolean upToDate() {
        return true;
    }

    /** How many sessions there are. */
    public synchronized int size() {
        return sessions.size();
    }

    @Override
    public void close() {}

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedStage(null);
    }
}
