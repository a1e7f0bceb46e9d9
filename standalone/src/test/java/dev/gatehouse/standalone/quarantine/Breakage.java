package dev.gatehouse.standalone.quarantine;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Empty;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Decorator;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A way in which a route is no longer one that Envoy takes. An HTTPRoute asks for it by a header: one that it adds to responses, or,
 * where the match is what breaks, one that it matches, which stays when the route is closed.
 *
 * @param inMatch the match breaks, so that even a route that answers 500 is refused
 */
record Breakage(String what, boolean inMatch, Consumer<Route.Builder> change) {
    /** In the names of Services whose cluster breaks. */
    static final String CLUSTER = "broken-cluster";

    /** In the names of Services whose endpoints break. */
    static final String ENDPOINTS = "broken-endpoints";

    /** In the names of TCPRoutes whose listener breaks. */
    static final String LISTENER = "broken-listener";

    private static final String HEADER = "x-breakage";

    static final List<Breakage> ALL = Stream.of(
                    Stream.of("Host", "host", ":path", ":authority", "x\nb")
                            .map(name -> of(
                                    "adds the request header " + name,
                                    route -> route.addRequestHeadersToAdd(header(name, "a")))),
                    Stream.of("HOST", ":status")
                            .map(name -> of(
                                    "adds the response header " + name,
                                    route -> route.addResponseHeadersToAdd(header(name, "a")))),
                    Stream.of("Host", ":path", "")
                            .map(name -> of(
                                    "removes the request header \"" + name + "\"",
                                    route -> route.addRequestHeadersToRemove(name))),
                    Stream.of("Host", ":status", "")
                            .map(name -> of(
                                    "removes the response header \"" + name + "\"",
                                    route -> route.addResponseHeadersToRemove(name))),
                    Stream.of("a\nb", "%NOPE%", "%REQ(", "%REQ(x%", "%START_TIME(%E4")
                            .map(value -> of(
                                    "adds a header with the value " + value,
                                    route -> route.addRequestHeadersToAdd(header("x-a", value)))),
                    Stream.of("[", "(?=a)", "a{1001}", "a**", "\\777")
                            .map(expression -> inMatch(
                                    "matches the path " + expression, match -> match.setSafeRegex(regex(expression)))),
                    Stream.of("*", "(a")
                            .map(expression -> inMatch(
                                    "matches a header with " + expression,
                                    match -> match.addHeaders(HeaderMatcher.newBuilder()
                                            .setName("x-a")
                                            .setStringMatch(
                                                    StringMatcher.newBuilder().setSafeRegex(regex(expression)))))),
                    Stream.of("/a?b", "/a#b", "/a/")
                            .map(prefix -> inMatch(
                                    "matches the prefix " + prefix, match -> match.setPathSeparatedPrefix(prefix))),
                    Stream.of(
                            inMatch("matches no path", RouteMatch.Builder::clearPathSpecifier),
                            inMatch(
                                    "matches a header without a name",
                                    match -> match.addHeaders(HeaderMatcher.getDefaultInstance())),
                            inMatch(
                                    "matches a query parameter without a name",
                                    match -> match.addQueryParameters(QueryParameterMatcher.getDefaultInstance()))),
                    Stream.of(
                            action("forwards nowhere", RouteAction.Builder::clearClusterSpecifier),
                            action(
                                    "rewrites the path twice",
                                    action -> action.setPrefixRewrite("/b").setRegexRewrite(rewrite("a", "b"))),
                            action("rewrites by ([", action -> action.setRegexRewrite(rewrite("([", "b"))),
                            action("rewrites the prefix to a line end", action -> action.setPrefixRewrite("/a\nb")),
                            action("rewrites the host to a line end", action -> action.setHostRewriteLiteral("a\nb")),
                            action(
                                    "splits by a weight of zero",
                                    action -> action.setWeightedClusters(WeightedCluster.newBuilder()
                                            .addClusters(WeightedCluster.ClusterWeight.newBuilder()
                                                    .setName("a")
                                                    .setWeight(UInt32Value.of(0))))),
                            action(
                                    "splits among no clusters",
                                    action -> action.setWeightedClusters(WeightedCluster.getDefaultInstance())),
                            action(
                                    "has a negative timeout",
                                    action -> action.setTimeout(
                                            Duration.newBuilder().setSeconds(-1))),
                            action(
                                    "waits no time between retries",
                                    action -> action.setRetryPolicy(RetryPolicy.newBuilder()
                                            .setRetryBackOff(RetryPolicy.RetryBackOff.newBuilder()
                                                    .setBaseInterval(Duration.getDefaultInstance())))),
                            action(
                                    "hashes by a cookie without a name",
                                    action -> action.addHashPolicy(RouteAction.HashPolicy.newBuilder()
                                            .setCookie(RouteAction.HashPolicy.Cookie.getDefaultInstance()))),
                            action(
                                    "limits by no descriptor",
                                    action -> action.addRateLimits(RateLimit.getDefaultInstance())),
                            action(
                                    "upgrades to the same protocol twice",
                                    action -> action.addUpgradeConfigs(RouteAction.UpgradeConfig.newBuilder()
                                                    .setUpgradeType("a"))
                                            .addUpgradeConfigs(RouteAction.UpgradeConfig.newBuilder()
                                                    .setUpgradeType("a")))),
                    Stream.of(
                            of("has no action", Route.Builder::clearAction),
                            of(
                                    "redirects to a path with a line end",
                                    route -> route.setRedirect(
                                            RedirectAction.newBuilder().setPathRedirect("/a\nb"))),
                            of(
                                    "answers with the status 1",
                                    route -> route.setDirectResponse(
                                            DirectResponseAction.newBuilder().setStatus(1))),
                            of(
                                    "answers with the status 700",
                                    route -> route.setDirectResponse(
                                            DirectResponseAction.newBuilder().setStatus(700))),
                            of(
                                    "is decorated with nothing",
                                    route -> route.setDecorator(Decorator.getDefaultInstance())),
                            of(
                                    "configures a filter with nothing that Envoy knows",
                                    route -> route.putTypedPerFilterConfig("a", Any.pack(Empty.getDefaultInstance())))))
            .flatMap(breakages -> breakages)
            .toList();

    private static Breakage of(String what, Consumer<Route.Builder> change) {
        return new Breakage(what, false, change);
    }

    private static Breakage inMatch(String what, Consumer<RouteMatch.Builder> change) {
        return new Breakage(what, true, route -> change.accept(route.getMatchBuilder()));
    }

    private static Breakage action(String what, Consumer<RouteAction.Builder> change) {
        return new Breakage(what, false, route -> change.accept(route.getRouteBuilder()));
    }

    /** The breakage that a route asks for. */
    static Optional<Breakage> of(Route.Builder route) {
        return Stream.concat(
                        route.getResponseHeadersToAddList().stream()
                                .filter(option -> option.getHeader().getKey().equals(HEADER))
                                .map(option -> option.getHeader().getValue()),
                        route.getMatch().getHeadersList().stream()
                                .filter(matcher -> matcher.getName().equals(HEADER))
                                .map(matcher -> matcher.getStringMatch().getExact()))
                .map(Integer::parseInt)
                .map(ALL::get)
                .findFirst();
    }

    void accept(Route.Builder route) {
        change.accept(route);
    }

    /** The rules of an HTTPRoute for a path that ask for the breakage. */
    String rules(String path, String service) {
        String header = "{name: " + HEADER + ", value: \"" + ALL.indexOf(this) + "\"}";
        return inMatch
                ? "[{matches: [{path: {value: " + path + "}, headers: [" + header + "]}], backendRefs: [{name: "
                        + service + ", port: 80}]}]"
                : "[{matches: [{path: {value: " + path
                        + "}}], filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [" + header
                        + "]}}], backendRefs: [{name: " + service + ", port: 80}]}]";
    }

    static Cluster cluster(Cluster cluster) {
        return cluster.toBuilder()
                .setConnectTimeout(Duration.newBuilder().setSeconds(-1))
                .build();
    }

    static ClusterLoadAssignment endpoints(ClusterLoadAssignment endpoints) {
        ClusterLoadAssignment.Builder broken = endpoints.toBuilder();
        for (LocalityLbEndpoints.Builder locality : broken.getEndpointsBuilderList()) {
            for (LbEndpoint.Builder endpoint : locality.getLbEndpointsBuilderList()) {
                endpoint.getEndpointBuilder()
                        .getAddressBuilder()
                        .getSocketAddressBuilder()
                        .setAddress("no address");
            }
        }
        return broken.build();
    }

    static Listener listener(Listener listener) {
        return listener.toBuilder().clearAddress().build();
    }

    private static HeaderValueOption header(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .build();
    }

    private static RegexMatcher regex(String expression) {
        return RegexMatcher.newBuilder().setRegex(expression).build();
    }

    private static RegexMatchAndSubstitute rewrite(String expression, String substitution) {
        return RegexMatchAndSubstitute.newBuilder()
                .setPattern(regex(expression))
                .setSubstitution(substitution)
                .build();
    }

    @Override
    public String toString() {
        return "a route that " + what;
    }
}
