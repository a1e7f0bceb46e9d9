package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.controller.translate.Translator.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the status of a Gateway says while the cluster cannot make its proxies. */
class UnmadePodsTest {
    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gw, namespace: shop}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: http, protocol: HTTP, port: 80}]
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: proxies
              namespace: envoy-gateway-system
              labels: {gateway.envoyproxy.io/owning-gateway-name: gw, gateway.envoyproxy.io/owning-gateway-namespace: shop}
            spec: {type: ClusterIP, clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ports: [{port: 80}]}
            """;

    @Test
    void theStatusSaysWhyNoProxyIsReady(@TempDir Path folder) throws IOException {
        Translator translator = FleetGolden.translate(Files.writeString(folder.resolve("in.yaml"), OBJECTS))
                .translator();
        assertThat(programmed(translator, Optional.of("Deployment x: its pods cannot be made: exceeded quota")))
                .isEqualTo("No proxy of the Gateway is ready. Deployment x: its pods cannot be made: exceeded quota");
        assertThat(programmed(translator, Optional.empty())).isEqualTo("No proxy of the Gateway is ready.");
    }

    private static String programmed(Translator translator, Optional<String> unmadePods) {
        Translator.Effect effect =
                translator.apply(List.of(new Change.Applied("shop/gw", Optional.empty(), unmadePods)));
        return effect.statuses().values().stream()
                .flatMap(Optional::stream)
                .filter(ObjectStatus.Listeners.class::isInstance)
                .map(ObjectStatus.Listeners.class::cast)
                .flatMap(status -> status.conditions().stream())
                .filter(condition -> condition.type().equals(Conditions.PROGRAMMED))
                .map(Condition::message)
                .findFirst()
                .orElseThrow();
    }
}
