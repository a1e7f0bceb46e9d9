package dev.gatehouse.xds;

import dev.gatehouse.xds.view.Subscriber;
import dev.gatehouse.xds.view.XdsView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Metrics of the connected proxies and callout services, {@code gatehouse_xds_subscribers{fleet,version}}, and of the
 * connection to the config log, {@code gatehouse_xds_config_log_connected}. A fleet that had a subscriber keeps a
 * series, so that a fleet without subscribers is visible. After the first {@value #MAX_SERIES} combinations of fleet
 * and version no series is added.
 */
final class MeteredSubscribers {
    private static final int MAX_SERIES = 2000;

    private record Key(String fleet, String version) {}

    private final XdsView view;
    private final MultiGauge subscribers;
    private final Map<Key, Long> known = new TreeMap<>((a, b) -> {
        int byFleet = a.fleet().compareTo(b.fleet());
        return byFleet != 0 ? byFleet : a.version().compareTo(b.version());
    });

    MeteredSubscribers(XdsView view, BooleanSupplier configLog, MeterRegistry meters) {
        this.view = view;
        subscribers = MultiGauge.builder("gatehouse.xds.subscribers")
                .description("Connected proxies and callout services")
                .register(meters);
        Gauge.builder("gatehouse.xds.config.log.connected", () -> configLog.getAsBoolean() ? 1 : 0)
                .description("1 while the config log is connected; 0: what is served is the last good configuration")
                .register(meters);
    }

    /** Counts the subscribers again. Not thread-safe. */
    void refresh() {
        Map<Key, Long> now = view.subscribers().stream()
                .collect(Collectors.groupingBy(MeteredSubscribers::key, Collectors.counting()));
        known.replaceAll((key, count) -> 0L);
        now.forEach((key, count) -> {
            if (known.containsKey(key) || known.size() < MAX_SERIES) {
                known.put(key, count);
            }
        });
        // The series of a version without subscribers is removed if its fleet has other versions.
        known.entrySet()
                .removeIf(each -> each.getValue() == 0
                        && now.keySet().stream()
                                .anyMatch(other ->
                                        other.fleet().equals(each.getKey().fleet())));
        subscribers.register(
                known.entrySet().stream()
                        .map(each -> MultiGauge.Row.of(
                                Tags.of(
                                        "fleet",
                                        each.getKey().fleet(),
                                        "version",
                                        each.getKey().version()),
                                each.getValue()))
                        .toList(),
                true);
    }

    private static Key key(Subscriber subscriber) {
        return new Key(subscriber.fleet(), subscriber.version());
    }
}
