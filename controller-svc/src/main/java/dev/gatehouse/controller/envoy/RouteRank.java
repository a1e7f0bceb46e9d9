package dev.gatehouse.controller.envoy;

import dev.gatehouse.controller.route.ResolvedRoute.Match;
import dev.gatehouse.gatewayapi.HttpRoute.PathType;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * The precedence of a match among those of its hostname, as Gateway API orders them: exact paths, then regular expressions
 * (which it leaves open; Envoy Gateway's place for them), then prefixes, the longer first; then matches on the method, more
 * headers, more cookies (as Envoy Gateway places them), more query parameters; then the older route, its name, and the order within it.
 */
public record RouteRank(
        PathType pathType,
        int pathLength,
        boolean method,
        int headers,
        int cookies,
        int queryParams,
        Optional<Instant> createdAt,
        ObjectRef route,
        int rule,
        int match)
        implements Comparable<RouteRank> {
    /** The order in which a route's rules stand there; between routes, the older comes first. */
    static final Comparator<RouteRank> AS_WRITTEN = Comparator.comparing(RouteRank::isLast)
            .<Instant>thenComparing(rank -> rank.createdAt.orElse(Instant.MIN))
            .thenComparing(rank -> rank.route.namespace())
            .thenComparing(rank -> rank.route.name())
            .thenComparing(rank -> rank.route.kind())
            .thenComparingInt(rank -> rank.rule)
            .thenComparingInt(rank -> rank.match);

    private static final Comparator<RouteRank> ORDER = Comparator.<RouteRank>comparingInt(
                    rank -> switch (rank.pathType) {
                        case Exact -> 0;
                        case RegularExpression -> 1;
                        case PathPrefix -> 2;
                    })
            .thenComparing(
                    Comparator.<RouteRank>comparingInt(rank -> rank.pathLength).reversed())
            .thenComparing(rank -> !rank.method)
            .thenComparing(
                    Comparator.<RouteRank>comparingInt(rank -> rank.headers).reversed())
            .thenComparing(
                    Comparator.<RouteRank>comparingInt(rank -> rank.cookies).reversed())
            .thenComparing(
                    Comparator.<RouteRank>comparingInt(rank -> rank.queryParams).reversed())
            .thenComparing(AS_WRITTEN);

    /**
     * The place behind everything that users wrote, for what a rule needs beside its matches.
     *
     * @param headers that are matched: more come before fewer
     */
    static RouteRank last(Optional<Instant> createdAt, ObjectRef route, int rule, int index, int headers) {
        return new RouteRank(PathType.PathPrefix, 0, false, headers, 0, 0, createdAt, route, rule, index);
    }

    /** The place of a request for exactly {@code path} with one parameter of its query: beside those with a method, which come first. */
    static RouteRank ofParameter(String path, Optional<Instant> createdAt, ObjectRef route, int rule, int index) {
        return new RouteRank(PathType.Exact, path.length(), true, 0, 0, 1, createdAt, route, rule, index);
    }

    /** Whether it is the place of {@link #last}: each match of a user has a path. */
    boolean isLast() {
        return pathLength == 0;
    }

    static RouteRank of(Match match, Optional<Instant> createdAt, ObjectRef route, int rule, int index) {
        return new RouteRank(
                match.path().type(),
                match.path().value().length(),
                match.method().isPresent(),
                match.headers().size(),
                match.cookies().size(),
                match.queryParams().size(),
                createdAt,
                route,
                rule,
                index);
    }

    @Override
    public int compareTo(RouteRank other) {
        return ORDER.compare(this, other);
    }
}
