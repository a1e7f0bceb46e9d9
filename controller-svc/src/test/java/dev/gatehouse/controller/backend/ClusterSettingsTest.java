package dev.gatehouse.controller.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.backend.ClusterSpec.Endpoints;
import dev.gatehouse.controller.backend.ClusterSpec.Protocol;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterSettingsTest {
    private static final ClusterSpec CLUSTER =
            new ClusterSpec("service/default/app/80", new Endpoints.Listed(List.of()), Protocol.HTTP1);

    private static ClusterSettings settings(Map<String, Object> tree) {
        BackendSettings read = Fields.read(
                Trees.node(tree),
                "settings",
                "",
                problem -> {
                    throw new AssertionError(problem);
                },
                BackendSettings::read);
        return ClusterSettings.of(read, "app.example");
    }

    @Test
    void equalSettingsShareAClusterAndOthersDoNot() {
        ClusterSpec slow = CLUSTER.with(settings(Map.of("timeout", Map.of("tcp", Map.of("connectTimeout", "60s")))));
        ClusterSpec same = CLUSTER.with(settings(Map.of("timeout", Map.of("tcp", Map.of("connectTimeout", "1m")))));
        ClusterSpec fast = CLUSTER.with(settings(Map.of("timeout", Map.of("tcp", Map.of("connectTimeout", "1s")))));

        assertThat(slow.name()).isEqualTo(same.name()).startsWith(CLUSTER.name() + "/with/");
        assertThat(fast.name()).isNotEqualTo(slow.name());
        assertThat(CLUSTER.with(settings(Map.of()))).isEqualTo(CLUSTER);
    }

    @Test
    void whatIsOfRequestsMakesNoClusterOfItsOwn() {
        assertThat(CLUSTER.with(settings(Map.of("timeout", Map.of("http", Map.of("requestTimeout", "1s"))))))
                .isEqualTo(CLUSTER);
    }

    @Test
    void endpointsAreSharedWhereSettingsDoNotShowInThem() {
        ClusterSpec balanced = CLUSTER.with(settings(Map.of("loadBalancer", Map.of("type", "Random"))));
        ClusterSpec zoned = CLUSTER.with(settings(Map.of(
                "loadBalancer",
                Map.of(
                        "type",
                        "Random",
                        "zoneAware",
                        Map.of("weightedZones", List.of(Map.of("zone", "a", "weight", 2)))))));

        assertThat(balanced.endpointsName()).isEqualTo(CLUSTER.name());
        assertThat(zoned.endpointsName()).startsWith(CLUSTER.name() + "/with/");
    }
}
