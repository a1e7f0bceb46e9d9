package dev.gatehouse.controller.envoy;

import dev.gatehouse.controller.gateway.Hostnames;
import io.envoyproxy.envoy.config.route.v3.Route;

/**
 * An Envoy route with its place among the others of a hostname.
 *
 * @param origin the hostname of the user's route that it serves by: the more specific comes first, whatever it matches
 * @param part the order among those of one match
 */
public record RouteEntry(String origin, RouteRank rank, int part, Route route) implements Comparable<RouteEntry> {
    @Override
    public int compareTo(RouteEntry other) {
        int order = Hostnames.SPECIFICITY.compare(origin, other.origin);
        if (order == 0) {
            order = rank.compareTo(other.rank);
        }
        return order != 0 ? order : Integer.compare(part, other.part);
    }

    /** The same for another hostname. */
    public RouteEntry from(String hostname) {
        return new RouteEntry(hostname, rank, part, route);
    }
}
