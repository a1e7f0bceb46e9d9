package dev.gatehouse.controller.envoy;

import com.google.re2j.Pattern;
import dev.gatehouse.controller.check.Expressions;
import dev.gatehouse.controller.envoy.filter.AccessFilter;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.route.ResolvedRoute.Match;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.ObjectKey;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Routes for what authz-svc answers itself where a policy has users sign on: the provider's answer to a login, and ways out. A rule for "/"
 * has these paths among its own; another needs routes for them, which come behind all that users wrote for the hostname. An answer that
 * belongs to a login comes first: several policies of a hostname may have the same path for theirs.
 */
final class SignOnRoutes {
    /** Before the other routes of a match. */
    static final int BEFORE = -1;

    /** Before those, too. */
    static final int ANSWER = -2;

    private static final int NOT_FOUND = 404;

    private SignOnRoutes() {}

    /** Whether one of several alike is enough: rules with the same policy bring the same. */
    static boolean once(RouteEntry entry) {
        return entry.part() == ANSWER || entry.rank().isLast();
    }

    /** The routes for the provider's answers, whatever other rules and their policies are for the same path. */
    static List<Route> answers(Security security) {
        return security.signOn().stream()
                .flatMap(signOn -> signOn.answers().stream()
                        .map(answer -> answered(
                                RouteMatch.newBuilder()
                                        .setPath(answer.path())
                                        .addQueryParameters(QueryParameterMatcher.newBuilder()
                                                .setName(answer.parameter())
                                                .setStringMatch(StringMatcher.newBuilder()
                                                        .setPrefix(signOn.key() + "."))),
                                security.policy(),
                                false)))
                .map(Route.Builder::build)
                .toList();
    }

    /** The route to log out for who has a session of this sign-on: policies of one host may have the same path for that. */
    static Optional<Route> logout(Security security) {
        return security.signOn()
                .map(signOn -> answered(
                                RouteMatch.newBuilder()
                                        .setPath(signOn.logoutPath())
                                        .addHeaders(HeaderMatcher.newBuilder()
                                                .setName("cookie")
                                                .setStringMatch(StringMatcher.newBuilder()
                                                        .setContains("-gh-" + signOn.key()))),
                                security.policy(),
                                false)
                        .build());
    }

    /** The routes for the paths, wherever no rule is for them. */
    static List<Route> elsewhere(Security security) {
        return security.signOn().stream()
                .flatMap(signOn -> Stream.of(
                        answered(signOn.callbackPath(), security, false),
                        answered(signOn.logoutPath(), security, false),
                        answered(signOn.frontChannelPath(), security, false),
                        answered(signOn.backChannelPath(), security, true)))
                .map(Route.Builder::build)
                .toList();
    }

    private static Route.Builder answered(String path, Security security, boolean withBody) {
        return answered(RouteMatch.newBuilder().setPath(path), security.policy(), withBody);
    }

    /** The route, among what {@code match} is for, for the provider's own requests: authz-svc gets their bodies. */
    static Optional<Route.Builder> backChannel(Security security, Match match) {
        return security.signOn()
                .map(Security.SignOn::backChannelPath)
                .filter(path -> covers(match, path))
                .map(path -> answered(RouteResources.match(match).toBuilder().setPath(path), security.policy(), true));
    }

    private static boolean covers(Match match, String path) {
        String written = match.path().value();
        return switch (match.path().type()) {
            case PathPrefix -> {
                String prefix = written.endsWith("/") ? written.substring(0, written.length() - 1) : written;
                yield path.equals(prefix) || path.startsWith(prefix + "/");
            }
            case Exact -> path.equals(written);
            case RegularExpression -> Expressions.problem(written).isEmpty() && Pattern.matches(written, path);
        };
    }

    private static Route.Builder answered(RouteMatch.Builder match, ObjectKey policy, boolean withBody) {
        return Route.newBuilder()
                .setMatch(match)
                .setDirectResponse(RouteResources.direct(NOT_FOUND))
                .putTypedPerFilterConfig(
                        AccessFilter.NAME,
                        Protos.any(withBody ? AccessFilter.signingOnWithBody(policy) : AccessFilter.signingOn(policy)));
    }
}
