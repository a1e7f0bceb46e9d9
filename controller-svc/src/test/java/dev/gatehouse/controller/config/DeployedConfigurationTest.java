package dev.gatehouse.controller.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The component of deploy/ that gives controller-svc a file. */
class DeployedConfigurationTest {
    private static final Path COMPONENT = Path.of("..", "deploy", "components", "envoy-gateway-config");

    @Test
    void theFileToBeginWithIsReadWithoutAProblem() throws IOException {
        EnvoyGatewayFile file =
                EnvoyGatewayFile.read("envoy-gateway.yaml", Files.readString(COMPONENT.resolve("envoy-gateway.yaml")));
        assertThat(file.problems()).isEmpty();
        assertThat(file.properties()).containsEntry("gatehouse.controller.extension-apis.backend", "true");
    }

    @Test
    void theControllerIsToldWhereTheFileIs() throws IOException {
        String component = Files.readString(COMPONENT.resolve("kustomization.yaml"));
        assertThat(component)
                .contains("name: GATEHOUSE_CONTROLLER_CONFIG")
                .contains("value: /etc/gatehouse/envoy-gateway.yaml")
                .contains("mountPath: /etc/gatehouse\n")
                .contains("configMap:\n          name: envoy-gateway-config");
    }
}
