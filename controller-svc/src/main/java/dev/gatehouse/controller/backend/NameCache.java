package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.traffic.BackendSettings.Dns;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;

/**
 * Names Envoy's DNS cache for the hosts that requests name. A filter fills the cache and a cluster reaches only hosts
 * in its cache, so the two must share one: equal settings give the same cache.
 *
 * @param refresh how long an address is kept if the DNS answer has no TTL
 */
public record NameCache(Dns.LookupFamily family, Duration refresh) implements Comparable<NameCache> {
    private static final Comparator<NameCache> ORDER =
            Comparator.comparing(NameCache::family).thenComparing(NameCache::refresh);

    private static final Duration REFRESH = Duration.ofSeconds(30);

    /** The cache of a cluster that sends each request to the request's host. */
    public static NameCache of(ClusterSpec spec) {
        return new NameCache(
                spec.settings().backend().dns().flatMap(Dns::lookupFamily).orElse(Dns.LookupFamily.IPv4Preferred),
                spec.settings().backend().dns().flatMap(Dns::refreshRate).orElse(REFRESH));
    }

    /** The cache's name, unique for its settings. */
    public String name() {
        return family.name().toLowerCase(Locale.ROOT) + "-" + refresh.toMillis() + "ms";
    }

    @Override
    public int compareTo(NameCache other) {
        return ORDER.compare(this, other);
    }
}
