package dev.gatehouse.gatewayapi.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BackendSettingsTest {
    private final List<Problem> problems = new ArrayList<>();

    private void read(String loadBalancer, int predictivePercent) {
        Map<String, Object> spec = Map.of(
                "loadBalancer",
                Map.of("type", loadBalancer),
                "connection",
                Map.of("preconnect", Map.of("predictivePercent", predictivePercent)));
        Fields.read(Trees.node(spec), "spec", "", problems::add, BackendSettings::read);
    }

    @Test
    void connectionsArePredictedUpToThreeTimesTheNeedAsEnvoyTakesNoMore() {
        read("RoundRobin", 300);
        assertThat(problems).isEmpty();
        read("RoundRobin", 301);
        assertThat(problems).singleElement().asString().contains("connection.preconnect.predictivePercent: 301", "300");
    }

    @Test
    void connectionsArePredictedForBalancersThatCanBeForeseenOnly() {
        read("LeastRequest", 200);
        assertThat(problems).singleElement().asString().contains("RoundRobin or Random");
    }
}
