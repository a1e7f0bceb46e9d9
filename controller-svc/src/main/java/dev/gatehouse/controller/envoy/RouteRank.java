package dev.gatehouse.controller.envoy;

import dev.gatehouse.controller.route.ResolvedRoute.Match;
import dev.gatehouse.gatewayapi.HttpRoute.PathType;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * The precedence of a match among the matches of its hostname, as Gateway API defines it: exact paths, then regular
 * expressions (placed as in Envoy Gateway, since Gateway API leaves their place open), then prefixes, the longer first.
 * Further criteria are a match on the method, more headers, more cookies (placed as in Envoy Gateway), and more query
 * parameters. The last criteria are the older route, the route's name, and the order within the route.
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
    /** Orders matches as written in the route. Matches of an older route come first. */
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
     * The rank behind all matches of users, for routes that a rule needs in addition to its matches.
     *
     * @param headers the number of matched headers: more come before fewer
     */
    static RouteRank last(Optional<Instant> createdAt, ObjectRef route, int rule, int index, int headers) {
        return new RouteRank(PathType.PathPrefix, 0, false, headers, 0, 0, createdAt, route, rule, index);
    }

    /** The rank of a match on exactly {@code path} and one query parameter, as high as a match with a method. */
    static RouteRank ofParameter(String path, Optional<Instant> createdAt, ObjectRef route, int rule, int index) {
        return new RouteRank(PathType.Exact, path.length(), true, 0, 0, 1, createdAt, route, rule, index);
    }

    /** Whether this is a rank of {@link #last}. A user's match always has a path, so its rank differs. */
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
