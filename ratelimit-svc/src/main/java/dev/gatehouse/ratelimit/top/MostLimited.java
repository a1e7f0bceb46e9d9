package dev.gatehouse.ratelimit.top;

import dev.gatehouse.ratelimit.decision.Code;
import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.decision.Status;
import dev.gatehouse.ratelimit.descriptor.Entry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the requests that each descriptor's limit refused, or would have refused in shadow mode, in the last five to ten minutes.
 *
 * <p>At most {@value #MOST} descriptors are counted in five minutes: at the bound the half with the least counts is forgotten (lossy counting, as of
 * Manku and Motwani), so that those that are refused often stay. What is forgotten lowers a count and never raises it. Thread-safe.
 */
public final class MostLimited {
    static final int MOST = 1000;
    static final Duration PERIOD = Duration.ofMinutes(5);

    /**
     * The subject of a count.
     *
     * @param limit the limit, such as "10/minute"
     * @param shadow whether the rule lets requests through
     */
    public record Limited(String domain, List<Entry> descriptor, String limit, boolean shadow) {
        public Limited {
            descriptor = List.copyOf(descriptor);
        }
    }

    /** A subject, and a lower bound of its number of requests. */
    public record Count(Limited limited, long requests) {}

    /**
     * The result of counting.
     *
     * @param since the time at which counting began
     * @param forgotten whether some descriptors were dropped
     * @param counts the counts, the largest first
     */
    public record Report(Instant since, boolean forgotten, List<Count> counts) {
        public Report {
            counts = List.copyOf(counts);
        }
    }

    private static final class Period {
        private final Instant began;
        private final Map<Limited, Long> counts = new HashMap<>();
        private boolean forgotten;

        private Period(Instant began) {
            this.began = began;
        }

        private void add(Limited limited) {
            if (counts.size() >= MOST && !counts.containsKey(limited)) {
                forgotten = true;
                List<Limited> least = counts.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue())
                        .limit(MOST / 2)
                        .map(Map.Entry::getKey)
                        .toList();
                counts.keySet().removeAll(Set.copyOf(least));
            }
            counts.merge(limited, 1L, Long::sum);
        }
    }

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private Period before;
    private Period now;

    /** Has counted nothing yet. */
    public MostLimited(InstantSource clock) {
        this.clock = clock;
        now = new Period(clock.instant());
        before = now;
    }

    /** Counts the descriptors over their limit. Costs nothing if there are none. */
    public void decided(Request request, Decision decision) {
        for (int i = 0; i < decision.statuses().size(); i++) {
            if (decision.statuses().get(i) instanceof Status.Counted counted
                    && (counted.code() == Code.OVER_LIMIT || counted.shadowed())) {
                count(new Limited(
                        request.domain(),
                        request.descriptors().get(i).entries(),
                        counted.limit().text(),
                        counted.shadowed()));
            }
        }
    }

    private void count(Limited limited) {
        lock.lock();
        try {
            turn();
            now.add(limited);
        } finally {
            lock.unlock();
        }
    }

    /** Begins the next period where the present one is over. */
    private void turn() {
        Instant time = clock.instant();
        if (Duration.between(now.began, time).compareTo(PERIOD) >= 0) {
            boolean idle = Duration.between(now.began, time).compareTo(PERIOD.multipliedBy(2)) >= 0;
            Period next = new Period(time);
            before = idle ? next : now;
            now = next;
        }
    }

    /** The most limited, at most so many. */
    public Report report(int most) {
        lock.lock();
        try {
            turn();
            Map<Limited, Long> sum = new HashMap<>(now.counts);
            if (before != now) {
                before.counts.forEach((limited, count) -> sum.merge(limited, count, Long::sum));
            }
            return new Report(
                    before.began,
                    before.forgotten || now.forgotten,
                    sum.entrySet().stream()
                            .map(entry -> new Count(entry.getKey(), entry.getValue()))
                            .sorted(Comparator.comparingLong(Count::requests)
                                    .reversed()
                                    .thenComparing(count -> count.limited().toString()))
                            .limit(most)
                            .toList());
        } finally {
            lock.unlock();
        }
    }
}
