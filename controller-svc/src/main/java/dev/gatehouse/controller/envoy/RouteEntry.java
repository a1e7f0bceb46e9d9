package dev.gatehouse.controller.envoy;

import dev.gatehouse.controller.gateway.Hostnames;
import io.envoyproxy.envoy.config.route.v3.Route;
import java.util.Comparator;

/**
 * An Envoy route with its place among the others of a hostname.
 *
 * @param origin the hostname of the user's route that it serves by: the more specific comes first, whatever it matches
 * @param part the order among those of one match
 */
public record RouteEntry(String origin, RouteRank rank, int part, Route route) implements Comparable<RouteEntry> {
    /** The order in which users wrote the rules, not that of their matches. */
    public static final Comparator<RouteEntry> AS_WRITTEN = by(RouteRank.AS_WRITTEN);

    private static final Comparator<RouteEntry> BY_MATCH = by(Comparator.naturalOrder());

    private static Comparator<RouteEntry> by(Comparator<RouteRank> rank) {
        return Comparator.comparing(RouteEntry::origin, Hostnames.SPECIFICITY)
                .thenComparing(RouteEntry::rank, rank)
                .thenComparingInt(RouteEntry::part);
    }

    @Override
    public int compareTo(RouteEntry other) {
        return BY_MATCH.compare(this, other);
    }

    /** The same for another hostname. */
    public RouteEntry from(String hostname) {
        return new RouteEntry(hostname, rank, part, route);
    }
}
