package dev.gatehouse.controller.envoy;

import dev.gatehouse.controller.gateway.Hostnames;
import io.envoyproxy.envoy.config.route.v3.Route;
import java.util.Comparator;

/**
 * An Envoy route with its position among the routes of a hostname.
 *
 * @param origin the hostname in the user's route; routes with a more specific hostname come first, whatever they match
 * @param part the position among the routes of one match
 */
public record RouteEntry(String origin, RouteRank rank, int part, Route route) implements Comparable<RouteEntry> {
    /** Orders routes as users wrote the rules, regardless of the matches' precedence. */
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

    /** A copy with another hostname. */
    public RouteEntry from(String hostname) {
        return new RouteEntry(hostname, rank, part, route);
    }
}
