package dev.gatehouse.ratelimit.decision;

import dev.gatehouse.ratelimit.limit.Window;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers counters beyond their limits until their window ends, so that a client that keeps sending requests costs the store
 * nothing. The remembered count is a lower bound of the real one. It decides for every limit below it.
 *
 * <p>Bounded: at the bound new ones are not remembered and go on asking the store.
 */
final class SpentKeys {
    private final int max;
    private final ConcurrentMap<String, Spent> spent = new ConcurrentHashMap<>();
    private final AtomicLong lastSweep = new AtomicLong(Long.MIN_VALUE);

    SpentKeys(int max) {
        this.max = max;
    }

    private record Spent(long count, long end) {}

    /**
     * Whether a counter is known to exceed {@code limit}. One that has reached it goes on being counted: the costs of
     * responses must take it beyond, since only then is a request that costs nothing refused.
     */
    boolean over(String key, long limit) {
        Spent known = spent.get(key);
        return known != null && known.count() > limit;
    }

    void remember(String key, long count, Window window, long now) {
        if (spent.size() >= max && !sweep(now)) {
            return;
        }
        spent.merge(key, new Spent(count, window.end()), (a, b) -> a.count() >= b.count() ? a : b);
    }

    /** At most once a second. False: still full. */
    private boolean sweep(long now) {
        long last = lastSweep.get();
        if (last != now && lastSweep.compareAndSet(last, now)) {
            spent.values().removeIf(each -> each.end() <= now);
        }
        return spent.size() < max;
    }
}
