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
 * Routes for the paths of a sign-on policy that authz-svc answers itself: the provider's answer to a login, and logout.
 * A rule for "/" covers these paths. Other rules need routes for them, which come after all routes of users for the
 * hostname. Routes for answers to logins come first, since several policies of a hostname may use the same path.
 */
final class SignOnRoutes {
    /** The position before the other routes of a match. */
    static final int BEFORE = -1;

    /** The position of routes for answers to logins, before {@link #BEFORE}. */
    static final int ANSWER = -2;

    private static final int NOT_FOUND = 404;

    private SignOnRoutes() {}

    /** Whether equal entries may be reduced to one. Rules with the same policy make equal entries. */
    static boolean once(RouteEntry entry) {
        return entry.part() == ANSWER || entry.rank().isLast();
    }

    /** The routes for the provider's answers to this policy's logins, which win over other rules and policies of the same path. */
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

    /** The logout route for users with a session of this sign-on. Several policies of a host may use the same logout path. */
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

    /** The routes for the sign-on paths that no rule covers. */
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

    /** The route within {@code match} for the provider's own requests (back-channel logout), whose bodies authz-svc gets. */
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
