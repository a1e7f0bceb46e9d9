package dev.gatehouse.controller.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Problem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvoyGatewayFileTest {
    private static final String HEAD = """
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyGateway
            """;

    private static EnvoyGatewayFile read(String body) {
        return EnvoyGatewayFile.read("envoy-gateway.yaml", HEAD + body);
    }

    private static List<String> problems(EnvoyGatewayFile file) {
        return file.problems().stream().map(Problem::toString).toList();
    }

    @Test
    void theFileThatEnvoyGatewaysChartMakesIsReadAsItIs() {
        EnvoyGatewayFile file = read("""
            gateway:
              controllerName: gateway.envoyproxy.io/gatewayclass-controller
            logging:
              level:
                default: info
            provider:
              type: Kubernetes
              kubernetes:
                deploy: {type: GatewayNamespace}
            extensionApis:
              enableEnvoyPatchPolicy: true
              enableBackend: false
            """);
        assertThat(problems(file)).isEmpty();
        assertThat(file.properties())
                .isEqualTo(Map.of(
                        "gatehouse.controller.names", "gateway.envoyproxy.io/gatewayclass-controller",
                        "gatehouse.controller.extension-apis.envoy-patch-policy", "true",
                        "gatehouse.controller.extension-apis.backend", "false",
                        "gatehouse.controller.fleet.gateway-namespace", "true",
                        "quarkus.log.level", "INFO"));
    }

    @Test
    void luaIsAllowedByEitherFieldAndNotByBoth() {
        String property = "gatehouse.controller.extension-apis.lua";
        assertThat(read("extensionApis: {enableLua: true}").properties()).containsEntry(property, "true");
        assertThat(read("extensionApis: {disableLua: false}").properties()).containsEntry(property, "true");
        assertThat(read("extensionApis: {disableLua: true}").properties()).containsEntry(property, "false");
        EnvoyGatewayFile both = read("extensionApis: {enableLua: true, disableLua: true}");
        assertThat(both.hasErrors()).isTrue();
        assertThat(problems(both)).singleElement().asString().contains("disableLua", "expected: one of them");
    }

    @Test
    void whatTheFileDoesNotSayIsLeftToTheDefaults() {
        EnvoyGatewayFile file = read("gateway: {}\nprovider: {type: Kubernetes}\n");
        assertThat(problems(file)).isEmpty();
        assertThat(file.properties()).isEmpty();
    }

    @Test
    void whatHasNoEffectIsToldWithItsPlace() {
        EnvoyGatewayFile file = read("""
            rateLimit: {backend: {type: Redis, redis: {url: 'redis:6379'}}}
            telemetry: {metrics: {prometheus: {disable: true}}}
            provider: {type: Kubernetes, kubernetes: {leaderElection: {disable: true}, client: {rateLimit: {qps: 1}}}}
            logging: {level: {xds-server: debug}}
            """);
        assertThat(file.hasErrors()).isFalse();
        assertThat(problems(file))
                .containsExactlyInAnyOrder(
                        "envoy-gateway.yaml:3:1: warning: EnvoyGateway: rateLimit: is configured at ratelimit-svc"
                                + " (GATEHOUSE_RATELIMIT_REDIS_URL; run --redis); passed over",
                        "envoy-gateway.yaml:4:1: warning: EnvoyGateway: telemetry: is not served and has no effect; passed over",
                        "envoy-gateway.yaml:5:43: warning: EnvoyGateway: provider.kubernetes.leaderElection: is not served"
                                + " and has no effect; passed over",
                        "envoy-gateway.yaml:5:76: warning: EnvoyGateway: provider.kubernetes.client: is not served and has"
                                + " no effect; passed over",
                        "envoy-gateway.yaml:6:19: warning: EnvoyGateway: logging.level.xds-server: is not served and has no"
                                + " effect; passed over");
    }

    @Test
    void whatWouldBeServedOtherwiseIsRefused() {
        EnvoyGatewayFile file = read("""
            provider: {type: Kubernetes, kubernetes: {watch: {type: Namespaces, namespaces: [shop]}}}
            """);
        assertThat(file.hasErrors()).isTrue();
        assertThat(problems(file))
                .anySatisfy(each -> assertThat(each)
                        .startsWith("envoy-gateway.yaml:3:43: EnvoyGateway: provider.kubernetes.watch: is not served"));
    }

    @Test
    void aWrongFileIsToldWithItsPlace() {
        assertThat(problems(read("gateways: {}\n")))
                .anySatisfy(each -> assertThat(each).startsWith("envoy-gateway.yaml:3:1: EnvoyGateway: gateways:"));
        assertThat(problems(read("logging: {level: {default: loud}}\n")))
                .anySatisfy(each ->
                        assertThat(each).startsWith("envoy-gateway.yaml:3:19: EnvoyGateway: logging.level.default: "));
        assertThat(problems(EnvoyGatewayFile.read("a.yaml", "apiVersion: v1\nkind: ConfigMap\n")))
                .hasSize(2)
                .anySatisfy(each -> assertThat(each)
                        .isEqualTo("a.yaml:2:1: EnvoyGateway: kind: \"ConfigMap\" (expected: EnvoyGateway)"));
        assertThat(EnvoyGatewayFile.read("a.yaml", "").hasErrors()).isTrue();
        assertThat(EnvoyGatewayFile.read("a.yaml", HEAD + "---\n" + HEAD).hasErrors())
                .isTrue();
        assertThat(EnvoyGatewayFile.read("a.yaml", "a: [").hasErrors()).isTrue();
    }
}
