package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.traffic.BackendSettings.Dns;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;

/**
 * Where a proxy keeps the addresses of hosts that requests name. Clusters and filters with equal settings share one, since a cluster reaches
 * only what its cache knows.
 *
 * @param refresh how long an address is kept that the name server says nothing of
 */
public record NameCache(Dns.LookupFamily family, Duration refresh) implements Comparable<NameCache> {
    private static final Comparator<NameCache> ORDER =
            Comparator.comparing(NameCache::family).thenComparing(NameCache::refresh);

    private static final Duration REFRESH = Duration.ofSeconds(30);

    /** The cache of a cluster whose endpoints are what requests name. */
    public static NameCache of(ClusterSpec spec) {
        return new NameCache(
                spec.settings().backend().dns().flatMap(Dns::lookupFamily).orElse(Dns.LookupFamily.IPv4Preferred),
                spec.settings().backend().dns().flatMap(Dns::refreshRate).orElse(REFRESH));
    }

    /** What tells it from others. */
    public String name() {
        return family.name().toLowerCase(Locale.ROOT) + "-" + refresh.toMillis() + "ms";
    }

    @Override
    public int compareTo(NameCache other) {
        return ORDER.compare(this, other);
    }
}
