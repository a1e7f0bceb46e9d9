package dev.gatehouse.console;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The rate, errors and latency of the last {@value #KEPT} intervals. Reading the points queries the proxies, at most
 * once per {@link #INTERVAL}. While nobody looks at the page, proxies are not queried. Thread-safe.
 */
public final class LiveTraffic {
    /** Between two readings. */
    public static final Duration INTERVAL = Duration.ofSeconds(2);

    static final int KEPT = 300;

    /**
     * The intervals over which the latency is computed. Envoy computes its histograms every five seconds; this covers
     * two of Envoy's periods.
     */
    private static final int FLUSHED = 5;

    /** After how many intervals without a reading the plot begins anew. */
    private static final int GAP = 5;

    private final Supplier<Map<Proxy, ProxyCounters>> proxies;
    private final InstantSource clock;
    private final AtomicBoolean reading = new AtomicBoolean();
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Deque<Reading> readings = new ArrayDeque<>();

    private record Reading(Instant at, Map<Proxy, ProxyCounters> proxies) {}

    /**
     * One Envoy.
     *
     * @param name tells it from the others of its fleet
     */
    public record Proxy(String fleet, String name) {}

    /**
     * What happened between two readings.
     *
     * @param end when it ended
     * @param rate requests a second
     * @param clientErrors those of them that were answered with 4xx, a second
     * @param serverErrors those of them that were answered with 5xx, a second
     * @param latencies the milliseconds that 50, 95 and 99 of 100 requests of the last ten seconds took at most; empty: there was none
     */
    public record Point(
            Instant end, double rate, double clientErrors, double serverErrors, Optional<Latencies> latencies) {}

    /** Milliseconds that half of the requests, 95 and 99 of 100 took at most. */
    public record Latencies(double p50, double p95, double p99) {}

    /**
     * The points of a fleet, or of all.
     *
     * @param fleets the names of all fleets that are known
     */
    public record Points(List<String> fleets, List<Point> points) {
        public Points {
            fleets = List.copyOf(fleets);
            points = List.copyOf(points);
        }
    }

    /** @param proxies asks the proxies for their counters; a proxy that does not answer is left out */
    public LiveTraffic(Supplier<Map<Proxy, ProxyCounters>> proxies, InstantSource clock) {
        this.proxies = proxies;
        this.clock = clock;
    }

    /**
     * The points so far, with a new one where the last is old enough.
     *
     * @param fleet the fleet; empty: all together
     */
    public Points points(Optional<String> fleet) {
        read(clock.instant());
        return points(kept(), fleet);
    }

    /** One thread at a time queries the proxies, without the lock. Other threads use the present points meanwhile. */
    private void read(Instant now) {
        if (!due(now) || !reading.compareAndSet(false, true)) {
            return;
        }
        try {
            Reading next = new Reading(now, Map.copyOf(proxies.get()));
            lock.lock();
            try {
                // Nobody has looked for a while, or the clock was set: the mean over that time is no news.
                if (!readings.isEmpty()
                        && Duration.between(readings.getLast().at(), now).abs().compareTo(INTERVAL.multipliedBy(GAP))
                                > 0) {
                    readings.clear();
                }
                readings.addLast(next);
                if (readings.size() > KEPT + 1) {
                    readings.removeFirst();
                }
            } finally {
                lock.unlock();
            }
        } finally {
            reading.set(false);
        }
    }

    /** A little less than the interval, so that someone who asks once an interval gets a point each time. */
    private boolean due(Instant now) {
        List<Reading> kept = kept();
        return kept.isEmpty()
                || Duration.between(kept.getLast().at(), now)
                                .abs()
                                .multipliedBy(10)
                                .compareTo(INTERVAL.multipliedBy(9))
                        >= 0;
    }

    private List<Reading> kept() {
        lock.lock();
        try {
            return List.copyOf(readings);
        } finally {
            lock.unlock();
        }
    }

    private static Points points(List<Reading> readings, Optional<String> fleet) {
        TreeSet<String> fleets = new TreeSet<>();
        readings.forEach(
                reading -> reading.proxies().keySet().stream().map(Proxy::fleet).forEach(fleets::add));
        List<Point> points = new ArrayList<>();
        for (int i = 1; i < readings.size(); i++) {
            Reading to = readings.get(i);
            Reading from = readings.get(i - 1);
            ProxyCounters change = change(from, to, fleet);
            double seconds =
                    Math.max(0.001, Duration.between(from.at(), to.at()).toMillis() / 1000.0);
            points.add(new Point(
                    to.at(),
                    change.total() / seconds,
                    change.ofClass(4) / seconds,
                    change.ofClass(5) / seconds,
                    latencies(change(readings.get(Math.max(0, i - FLUSHED)), to, fleet)
                            .durations())));
        }
        return new Points(List.copyOf(fleets), points);
    }

    /** The counts of a fleet's proxies, or of all proxies, between two readings. */
    private static ProxyCounters change(Reading from, Reading to, Optional<String> only) {
        ProxyCounters change = ProxyCounters.NONE;
        for (Map.Entry<Proxy, ProxyCounters> each : to.proxies().entrySet()) {
            ProxyCounters before = from.proxies().get(each.getKey());
            // Counts of a proxy from before its first reading belong to an earlier time and are ignored.
            if (before != null && only.map(each.getKey().fleet()::equals).orElse(true)) {
                change = change.plus(each.getValue().since(before));
            }
        }
        return change;
    }

    private static Optional<Latencies> latencies(TreeMap<Double, Double> cumulative) {
        double count = cumulative.isEmpty() ? 0 : cumulative.lastEntry().getValue();
        return count <= 0
                ? Optional.empty()
                : Optional.of(new Latencies(
                        quantile(cumulative, 0.5 * count),
                        quantile(cumulative, 0.95 * count),
                        quantile(cumulative, 0.99 * count)));
    }

    /** As Prometheus' histogram_quantile: within a bucket its requests are taken to be spread evenly. */
    private static double quantile(TreeMap<Double, Double> cumulative, double rank) {
        double lower = 0;
        double below = 0;
        for (Map.Entry<Double, Double> bucket : cumulative.entrySet()) {
            if (bucket.getValue() >= rank) {
                if (bucket.getKey().isInfinite() || bucket.getValue() <= below) {
                    return lower;
                }
                return lower + (bucket.getKey() - lower) * (rank - below) / (bucket.getValue() - below);
            }
            lower = bucket.getKey();
            below = bucket.getValue();
        }
        return lower;
    }
}
