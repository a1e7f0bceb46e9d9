package dev.gatehouse.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusNewsTest {
    private static Map<String, Object> condition(String type, String status, String reason, String message) {
        return Map.of("type", type, "status", status, "reason", reason, "message", message);
    }

    @SafeVarargs
    private static Map<String, Object> gateway(Map<String, Object>... conditions) {
        return Map.of("conditions", List.of(conditions));
    }

    private static Map<String, Object> route(Map<String, Object> condition) {
        return Map.of(
                "parents",
                List.of(Map.of(
                        "parentRef",
                        Map.of("kind", "Gateway", "name", "eg", "sectionName", "http"),
                        "conditions",
                        List.of(condition))));
    }

    @Test
    void aRefusedObjectIsNewsOnceAndThatItIsRightAgain() {
        Map<String, Object> refused = route(condition("Accepted", "False", "UnsupportedValue", "rules[0]: no"));
        Map<String, Object> accepted = route(condition("Accepted", "True", "Accepted", ""));
        assertThat(StatusNews.of(Map.of(), refused))
                .containsExactly(
                        new ClusterEvents.News(true, "UnsupportedValue", "Gateway eg/http: Accepted: rules[0]: no"));
        assertThat(StatusNews.of(refused, refused)).isEmpty();
        assertThat(StatusNews.of(refused, accepted))
                .containsExactly(new ClusterEvents.News(false, "Accepted", "Gateway eg/http: Accepted: right again"));
        assertThat(StatusNews.of(accepted, refused)).hasSize(1);
        assertThat(StatusNews.of(refused, route(condition("Accepted", "False", "UnsupportedValue", "rules[1]: no"))))
                .hasSize(1);
    }

    @Test
    void anObjectThatIsRightOrOnItsWayIsNoNews() {
        assertThat(StatusNews.of(Map.of(), gateway(condition("Accepted", "True", "Accepted", ""))))
                .isEmpty();
        assertThat(StatusNews.of(
                        gateway(condition("Programmed", "Unknown", "Pending", "")),
                        gateway(condition("Programmed", "False", "NoResources", "no proxy is ready"))))
                .isEmpty();
    }

    @Test
    void theRefusalOfAProxyAndAConflictAreNews() {
        Map<String, Object> programmed = gateway(condition("Programmed", "True", "Programmed", ""));
        Map<String, Object> refused = gateway(condition("Programmed", "False", "Invalid", "proxy-1: bad regex"));
        assertThat(StatusNews.of(programmed, refused))
                .containsExactly(new ClusterEvents.News(true, "Invalid", "Programmed: proxy-1: bad regex"));
        Map<String, Object> listeners = Map.of(
                "listeners",
                List.of(Map.of(
                        "name",
                        "https",
                        "conditions",
                        List.of(condition("Conflicted", "True", "HostnameConflict", "older: a/b")))));
        assertThat(StatusNews.of(programmed, listeners))
                .containsExactly(
                        new ClusterEvents.News(true, "HostnameConflict", "listener https: Conflicted: older: a/b"));
    }

    @Test
    void aMessageIsCutWhereTheApiServerWouldRefuseIt() {
        assertThat(new ClusterEvents.News(true, "Invalid", "x".repeat(5_000)).message())
                .hasSize(1_024)
                .endsWith("…");
    }
}
