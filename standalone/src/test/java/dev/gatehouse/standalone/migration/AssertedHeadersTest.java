package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AssertedHeadersTest {
    private static final Map<String, Object> REFUSAL = ordered("type", "ExtensionRef");

    private static Map<String, Object> path(String path) {
        return ordered("path", ordered("type", "PathPrefix", "value", path));
    }

    private static Map<String, Object> any(String header) {
        return ordered("type", "RegularExpression", "name", header, "value", ".*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-User", "Remote-Groups", "Authorization", "Set-Cookie", "x_user"})
    void headersThatOnlyAnAuthorizationServerSetsAreRefused(String name) {
        assertThat(AssertedHeaders.refusable(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cookie",
                "User-Agent",
                "accept-language",
                "X-Forwarded-For",
                "X-Original-URL",
                "$header",
                "X-Request-ID"
            })
    void headersThatClientsAndProxiesSendAreNot(String name) {
        assertThat(AssertedHeaders.refusable(name)).isFalse();
    }

    @Test
    void aRequestWithAnyOfTheHeadersIsRefusedOnEachPathOfTheRule() {
        Map<String, Object> rule = ordered("matches", List.of(path("/a"), path("/b")), "backendRefs", List.of());
        assertThat(new AssertedHeaders(Set.of("x-user", "x-groups")).refusals(rule, REFUSAL))
                .containsExactly(ordered(
                        "matches",
                        List.of(
                                with(path("/a"), any("x-groups")),
                                with(path("/a"), any("x-user")),
                                with(path("/b"), any("x-groups")),
                                with(path("/b"), any("x-user"))),
                        "filters",
                        List.of(REFUSAL)));
    }

    @Test
    void aRuleThatAsksForAHeaderIsPrecededByOneThatAsksForMore() {
        Map<String, Object> canary = ordered("type", "Exact", "name", "X-Canary", "value", "always");
        Map<String, Object> rule = ordered("matches", List.of(with(path("/"), canary)));
        assertThat(new AssertedHeaders(Set.of("x-user")).refusals(rule, REFUSAL))
                .singleElement()
                .extracting(each -> each.get("matches"))
                .isEqualTo(List.of(with(path("/"), canary, any("x-user"))));
        assertThat(new AssertedHeaders(Set.of("x-canary")).refusals(rule, REFUSAL))
                .as("Gateway API allows a header once in a match")
                .singleElement()
                .extracting(each -> each.get("matches"))
                .isEqualTo(List.of(with(path("/"), canary)));
    }

    @Test
    void aRuleHasNoMoreMatchesThanGatewayApiAllows() {
        Set<String> names = IntStream.range(0, 65).mapToObj(i -> "x-" + i).collect(Collectors.toSet());
        assertThat(new AssertedHeaders(names).refusals(ordered("matches", List.of(path("/"))), REFUSAL))
                .extracting(each -> each.getOrDefault("matches", List.of()))
                .extracting(matches -> ((List<?>) matches).size())
                .containsExactly(64, 1);
    }

    private static Map<String, Object> with(Map<String, Object> path, Map<?, ?>... headers) {
        Map<String, Object> match = new LinkedHashMap<>(path);
        match.put("headers", List.of(headers));
        return match;
    }
}
