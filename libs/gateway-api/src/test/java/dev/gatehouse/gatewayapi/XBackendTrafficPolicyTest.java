package dev.gatehouse.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.traffic.CircuitBreaker.RetryBudget;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class XBackendTrafficPolicyTest {
    private final List<Problem> problems = new ArrayList<>();

    private RetryBudget read(Map<String, Object> retryConstraint) {
        Map<String, Object> spec = Map.of(
                "targetRefs",
                List.of(Map.of("group", "", "kind", "Service", "name", "app")),
                "retryConstraint",
                retryConstraint);
        return Fields.read(Trees.node(spec), "spec", "", problems::add, XBackendTrafficPolicy::read)
                .retryBudget()
                .orElseThrow();
    }

    @Test
    void whatIsNotSaidIsAsTheApiPresetsIt() {
        RetryBudget budget = read(Map.of());
        assertThat(budget.share().percent()).isEqualTo(20);
        assertThat(budget.minConcurrency()).isEqualTo(10);
        assertThat(problems).isEmpty();
    }

    @Test
    void aRateIsTakenAsRetriesUnderWay() {
        assertThat(read(Map.of("minRetryRate", Map.of("count", 100, "interval", "30s")))
                        .minConcurrency())
                .isEqualTo(4);
        assertThat(read(Map.of("minRetryRate", Map.of("count", 1, "interval", "1h")))
                        .minConcurrency())
                .isEqualTo(1);
        assertThat(read(Map.of("minRetryRate", Map.of("count", 5, "interval", "100ms")))
                        .minConcurrency())
                .isEqualTo(50);
    }

    @Test
    void anIntervalOfTheBudgetIsAWarning() {
        read(Map.of("budget", Map.of("interval", "10s")));
        assertThat(problems).isEmpty();
        read(Map.of("budget", Map.of("interval", "20s")));
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING);
            assertThat(problem.toString()).contains("budget.interval", "has no effect");
        });
    }

    @Test
    void whatIsOutOfRangeIsRefused() {
        read(Map.of("budget", Map.of("percent", 101), "minRetryRate", Map.of("count", 0, "interval", "2h")));
        assertThat(problems).hasSize(3);
        assertThat(problems).extracting(Problem::severity).containsOnly(Problem.Severity.ERROR);
    }
}
