package dev.gatehouse.authz.session;

import dev.gatehouse.time.SteadyTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sessions that were read a moment ago, for at most five seconds. A session that any replica ends is taken out; one that ended while it
 * was being read is not put in. Sessions are found with their ticket's key only.
 */
final class NearCache {
    private static final Duration LIFE = Duration.ofSeconds(5);

    private final int bound;
    private final InstantSource clock;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final Map<String, Instant> ended = new ConcurrentHashMap<>();

    private record Entry(Held held, Instant read) {}

    NearCache(int bound, InstantSource clock) {
        this.bound = bound;
        this.clock = SteadyTime.beside(clock);
    }

    /** When something begins that {@link #put} ends. */
    Instant now() {
        return clock.instant();
    }

    Optional<Held> find(String key, byte[] ticket) {
        Entry entry = entries.get(key);
        if (entry == null || !MessageDigest.isEqual(entry.held().ticket(), ticket)) {
            return Optional.empty();
        }
        if (entry.read().plus(LIFE).isAfter(clock.instant())) {
            return Optional.of(entry.held());
        }
        entries.remove(key, entry);
        return Optional.empty();
    }

    /** @param read when reading began, by {@link #now} */
    void put(Held held, Instant read) {
        Instant end = ended.get(held.key());
        if (end != null && !end.isBefore(read)) {
            return;
        }
        if (entries.size() >= bound) {
            Instant old = clock.instant().minus(LIFE);
            entries.values().removeIf(entry -> !entry.read().isAfter(old));
            if (entries.size() >= bound) {
                return;
            }
        }
        entries.put(held.key(), new Entry(held, read));
        if (ended.containsKey(held.key()) && !ended.get(held.key()).isBefore(read)) {
            entries.remove(held.key());
        }
    }

    void ended(String key) {
        Instant now = clock.instant();
        ended.put(key, now);
        entries.remove(key);
        if (ended.size() > bound) {
            ended.values().removeIf(end -> end.plus(LIFE).isBefore(now));
        }
    }
}
