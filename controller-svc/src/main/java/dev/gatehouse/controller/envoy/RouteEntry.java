package dev.gatehouse.controller.envoy;

import io.envoyproxy.envoy.config.route.v3.Route;

/** An Envoy route with its place among the others. */
public record RouteEntry(RouteRank rank, int part, Route route) implements Comparable<RouteEntry> {
    @Override
    public int compareTo(RouteEntry other) {
        int order = rank.compareTo(other.rank);
        return order != 0 ? order : Integer.compare(part, other.part);
    }
}
