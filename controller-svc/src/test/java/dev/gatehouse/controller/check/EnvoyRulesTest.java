package dev.gatehouse.controller.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import dev.gatehouse.controller.proto.PackedTypes;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvoyRulesTest {
    private final EnvoyRules rules = new EnvoyRules(PackedTypes::find);

    private static Route.Builder route() {
        return Route.newBuilder()
                .setMatch(RouteMatch.newBuilder().setPathSeparatedPrefix("/app"))
                .setRoute(RouteAction.newBuilder().setCluster("a"));
    }

    private static HeaderValueOption header(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .build();
    }

    @Test
    void takesAnOrdinaryRoute() {
        assertThat(rules.problem(route().addRequestHeadersToAdd(header("x-a", "b %% %REQ(:path)%"))
                        .build()))
                .isEmpty();
    }

    @Test
    void refusesWhatEnvoyRefusesAndNamesThePlace() {
        Map<Message, String> wrong = Map.ofEntries(
                Map.entry(
                        route().addRequestHeadersToAdd(header("Host", "a")).build(),
                        "request_headers_to_add[0].header.key: \"Host\""),
                Map.entry(
                        route().addResponseHeadersToRemove("hOST").build(), "response_headers_to_remove[0]: \"hOST\""),
                Map.entry(route().addRequestHeadersToAdd(header(":path", "a")).build(), "\":path\" cannot be changed"),
                Map.entry(route().addRequestHeadersToAdd(header("x-a", "a\nb")).build(), "\"a\\nb\" is not valid"),
                Map.entry(
                        route().addRequestHeadersToAdd(header("x-a", "%NOPE%")).build(),
                        "not a command that Envoy knows"),
                Map.entry(
                        route().setMatch(RouteMatch.newBuilder().setPathSeparatedPrefix("/a?b"))
                                .build(),
                        "match.path_separated_prefix: \"/a?b\" is not valid"),
                Map.entry(
                        route().setMatch(RouteMatch.newBuilder()
                                        .setSafeRegex(RegexMatcher.newBuilder().setRegex("[")))
                                .build(),
                        "match.safe_regex.regex: \"[\" is not a regular expression"),
                Map.entry(
                        route().setMatch(RouteMatch.getDefaultInstance()).build(), "match.path_specifier: is missing"),
                Map.entry(
                        route().setMatch(RouteMatch.newBuilder()
                                        .setPrefix("/")
                                        .addHeaders(HeaderMatcher.getDefaultInstance()))
                                .build(),
                        "match.headers[0].name: \"\" is too short"),
                Map.entry(
                        route().setRoute(RouteAction.newBuilder()
                                        .setCluster("a")
                                        .setPrefixRewrite("/b")
                                        .setRegexRewrite(RegexMatchAndSubstitute.newBuilder()
                                                .setPattern(RegexMatcher.newBuilder()
                                                        .setRegex("a"))
                                                .setSubstitution("b")))
                                .build(),
                        "route.prefix_rewrite: is set beside regex_rewrite"),
                Map.entry(
                        route().setRoute(RouteAction.newBuilder()
                                        .setCluster("a")
                                        .setRegexRewrite(RegexMatchAndSubstitute.newBuilder()
                                                .setPattern(RegexMatcher.newBuilder()
                                                        .setRegex("(a)"))
                                                .setSubstitution("\\2")))
                                .build(),
                        "route.regex_rewrite.substitution: \"\\2\" refers to group \\2"),
                Map.entry(
                        route().setRoute(RouteAction.newBuilder()
                                        .setCluster("a")
                                        .setRegexRewrite(RegexMatchAndSubstitute.newBuilder()
                                                .setPattern(RegexMatcher.newBuilder()
                                                        .setRegex("(a)"))
                                                .setSubstitution("/\\1 x")))
                                .build(),
                        "route.regex_rewrite.substitution: \"/\\1 x\" has a character that no path has"),
                Map.entry(
                        route().setRoute(RouteAction.newBuilder()
                                        .setCluster("a")
                                        .setRetryPolicy(RetryPolicy.newBuilder()
                                                .setRetryBackOff(RetryPolicy.RetryBackOff.newBuilder()
                                                        .setBaseInterval(Duration.getDefaultInstance()))))
                                .build(),
                        "retry_back_off.base_interval: 0s (expected: more than 0s)"),
                Map.entry(
                        route().setRoute(RouteAction.newBuilder()
                                        .setWeightedClusters(WeightedCluster.newBuilder()
                                                .addClusters(WeightedCluster.ClusterWeight.newBuilder()
                                                        .setName("a")
                                                        .setWeight(UInt32Value.of(0)))))
                                .build(),
                        "weighted_clusters.clusters: the weights add up to 0"),
                Map.entry(
                        route().setRedirect(RedirectAction.newBuilder().setPathRedirect("/a b"))
                                .build(),
                        "redirect.path_redirect: \"/a b\" has a character that no path has"),
                Map.entry(
                        route().setDirectResponse(DirectResponseAction.newBuilder()
                                        .setStatus(200)
                                        .setBody(DataSource.newBuilder()
                                                .setInlineBytes(ByteString.copyFrom(new byte[2 << 20]))))
                                .build(),
                        "direct_response.body: 2097152 bytes"),
                Map.entry(
                        route().setDirectResponse(
                                        DirectResponseAction.newBuilder().setStatus(1))
                                .build(),
                        "direct_response.status: 1 (expected: at least 200"));
        wrong.forEach((message, expected) -> assertThat(rules.problem(message))
                .describedAs("%s", message)
                .hasValueSatisfying(text -> assertThat(text).contains(expected)));
    }
}
