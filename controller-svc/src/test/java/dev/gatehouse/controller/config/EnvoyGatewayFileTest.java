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
              enableSDSSecretRef: true
              enableBackend: false
            """);
        assertThat(problems(file)).isEmpty();
        assertThat(file.properties())
                .isEqualTo(Map.of(
                        "gatehouse.controller.names", "gateway.envoyproxy.io/gatewayclass-controller",
                        "gatehouse.controller.extension-apis.envoy-patch-policy", "true",
                        "gatehouse.controller.extension-apis.sds-secret-ref", "true",
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
    void whatHasNoEffectIsToldWithItsPlaceAndTheReason() {
        EnvoyGatewayFile file = read("""
            telemetry: {metrics: {prometheus: {disable: true}}}
            admin: {enablePprof: true}
            xdsServer: {maxConnectionAge: 1h}
            gatewayAPI: {enabled: [XBackendTrafficPolicy]}
            runtimeFlags: {enabled: [XDSNameSchemeV2]}
            provider:
              type: Kubernetes
              kubernetes:
                client: {rateLimit: {qps: 1}}
                cacheSyncPeriod: 1h
                shutdownManager: {image: own}
                rateLimitDeployment: {replicas: 2}
                rateLimitHpa: {maxReplicas: 2}
                rateLimitPDB: {minAvailable: 1}
                proxyTopologyInjector: {disabled: true}
            rateLimit:
              backend: {type: Redis, redis: {urlRef: {secretKeyRef: {name: redis, key: url}}}}
              telemetry: {tracing: {samplingRate: 1}}
            """);
        assertThat(file.hasErrors()).isFalse();
        assertThat(file.properties()).isEmpty();
        assertThat(problems(file))
                .allSatisfy(each -> assertThat(each)
                        .matches(
                                "envoy-gateway\\.yaml:\\d+:\\d+: warning: EnvoyGateway: [A-Za-z.]+: i?.*; passed over"))
                .extracting(each -> each.split(": ")[3])
                .containsExactlyInAnyOrder(
                        "telemetry",
                        "admin",
                        "xdsServer",
                        "runtimeFlags.enabled",
                        "provider.kubernetes.client",
                        "provider.kubernetes.cacheSyncPeriod",
                        "provider.kubernetes.shutdownManager",
                        "provider.kubernetes.rateLimitDeployment",
                        "provider.kubernetes.rateLimitHpa",
                        "provider.kubernetes.rateLimitPDB",
                        "provider.kubernetes.proxyTopologyInjector",
                        "rateLimit.backend.redis.urlRef",
                        "rateLimit.telemetry");
    }

    @Test
    void theNamespacesThatAreFollowedAreThoseThatTheFileSays() {
        String watch = "provider: {type: Kubernetes, kubernetes: {watch: %s}}\n";
        assertThat(read(watch.formatted("{type: Namespaces, namespaces: [shop, till]}"))
                        .properties())
                .containsExactly(Map.entry("gatehouse.controller.kubernetes.namespaces", "shop,till"));
        assertThat(read(watch.formatted("{type: NamespaceSelector, namespaceSelector: {matchLabels: {a: b},"
                                + " matchExpressions: [{key: c, operator: In, values: [d, e]},"
                                + " {key: f, operator: NotIn, values: [g]}, {key: h, operator: Exists},"
                                + " {key: i, operator: DoesNotExist}]}}"))
                        .properties())
                .containsExactly(Map.entry(
                        "gatehouse.controller.kubernetes.namespace-selector", "a=b,c in (d,e),f notin (g),h,!i"));
        for (String wrong :
                List.of("{type: Namespaces}", "{type: NamespaceSelector}", "{namespaces: [shop]}", "{type: Some}")) {
            assertThat(read(watch.formatted(wrong)).hasErrors()).as(wrong).isTrue();
        }
    }

    @Test
    void leadersAreElectedAsTheFileSays() {
        String election = "provider: {type: Kubernetes, kubernetes: {leaderElection: %s}}\n";
        String prefix = "gatehouse.controller.kubernetes.leader-election.";
        assertThat(read(election.formatted("{leaseDuration: 30s, renewDeadline: 20s, retryPeriod: 4s, disable: true}"))
                        .properties())
                .isEqualTo(Map.of(
                        prefix + "lease-duration", "PT30S",
                        prefix + "renew-deadline", "PT20S",
                        prefix + "retry-period", "PT4S",
                        prefix + "enabled", "false"));
        assertThat(problems(read(election.formatted("{leaseDuration: 5s}"))))
                .singleElement()
                .asString()
                .contains("leaderElection.leaseDuration: 5s (expected: more than renewDeadline, 10s)");
    }

    @Test
    void rateLimitsAreCountedWhereTheFileSays() {
        String limit = "rateLimit: {backend: {type: Redis, redis: %s}, timeout: 20ms, failClosed: true}\n";
        assertThat(read(limit.formatted("{url: 'redis:6379'}")).properties())
                .isEqualTo(Map.of(
                        "gatehouse.ratelimit.redis.url", "redis://redis:6379",
                        "gatehouse.controller.limits.timeout", "PT0.02S",
                        "gatehouse.controller.limits.fail-closed", "true"));
        assertThat(read(limit.formatted("{url: 'redis:6379', tls: {}}")).properties())
                .containsEntry("gatehouse.ratelimit.redis.url", "rediss://redis:6379");
        assertThat(problems(read(limit.formatted("{url: 'a:1,b:1'}"))))
                .singleElement()
                .asString()
                .contains("several hosts");
        assertThat(read(limit.formatted("{}")).hasErrors()).isTrue();
        assertThat(read("rateLimit: {}").hasErrors()).isTrue();
    }

    @Test
    void eachComponentHasItsLogLevel() {
        assertThat(read("logging: {level: {default: warn, xds-server: debug}, encoder: JSON}")
                        .properties())
                .isEqualTo(Map.of(
                        "quarkus.log.level", "WARN",
                        "quarkus.log.category.\"dev.gatehouse.xds\".level", "DEBUG",
                        "quarkus.log.console.json.enabled", "true"));
    }

    @Test
    void aConfigMapIsToldWhereItsFileIs() {
        assertThat(EnvoyGatewayFile.read("config.yaml", """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: envoy-gateway-config}
                        data:
                          envoy-gateway.yaml: |
                            apiVersion: gateway.envoyproxy.io/v1alpha1
                            kind: EnvoyGateway
                        """).problems())
                .singleElement()
                .asString()
                .isEqualTo(
                        "config.yaml:2:1: ConfigMap: kind: \"ConfigMap\" (expected: EnvoyGateway: save the text under"
                                + " the ConfigMap's data, envoy-gateway.yaml, as a file, and name that file)");
    }

    @Test
    void pathsAreAsTheyAreWritten() {
        assertThat(
                        read("provider: {type: Custom, custom: {resource: {type: File, file: {paths: [/a, '/b,c', 'd\\e']}}}}\n")
                                .paths())
                .containsExactly("/a", "/b,c", "d\\e");
        assertThat(read("gateway: {}\n").paths()).isEmpty();
    }

    @Test
    void objectsMayComeFromFiles() {
        String custom = "provider: {type: Custom, custom: %s}\n";
        assertThat(read(custom.formatted(
                                "{resource: {type: File, file: {paths: [/a, '/b,c']}}, infrastructure: {type: Host, host: {}}}"))
                        .properties())
                .isEqualTo(Map.of("gatehouse.controller.source", "files", "gatehouse.controller.files", "/a,/b\\,c"));
        for (String wrong : List.of(
                "{resource: {type: File}}",
                "{resource: {}}",
                "{resource: {type: Kubernetes}, infrastructure: {type: Remote, remote: {service: {host: h}}}}")) {
            assertThat(read(custom.formatted(wrong)).hasErrors()).as(wrong).isTrue();
        }
    }

    @Test
    void whatCountsForAllProxiesIsReadAsAnEnvoyProxy() {
        EnvoyGatewayFile file = read("envoyProxy: {concurrency: 3}\n");
        assertThat(problems(file)).isEmpty();
        assertThat(file.proxy().orElseThrow().tree()).containsKey("concurrency");
        EnvoyGatewayFile wrong = read("envoyProxy: {concurrency: -3}\n");
        assertThat(wrong.hasErrors()).isTrue();
        assertThat(problems(wrong)).first().asString().contains("envoyProxy", "concurrency");
    }

    @Test
    void aWrongFileIsToldWithItsPlace() {
        assertThat(problems(read("gateways: {}\n")))
                .anySatisfy(each -> assertThat(each).startsWith("envoy-gateway.yaml:3:1: EnvoyGateway: gateways:"));
        assertThat(problems(read("logging: {level: {default: loud}}\n")))
                .anySatisfy(each ->
                        assertThat(each).startsWith("envoy-gateway.yaml:3:19: EnvoyGateway: logging.level.default: "));
        assertThat(problems(EnvoyGatewayFile.read("a.yaml", "apiVersion: v1\nkind: Secret\n")))
                .hasSize(2)
                .anySatisfy(each -> assertThat(each)
                        .isEqualTo("a.yaml:2:1: EnvoyGateway: kind: \"Secret\" (expected: EnvoyGateway)"));
        assertThat(EnvoyGatewayFile.read("a.yaml", "").hasErrors()).isTrue();
        assertThat(EnvoyGatewayFile.read("a.yaml", HEAD + "---\n" + HEAD).hasErrors())
                .isTrue();
        assertThat(EnvoyGatewayFile.read("a.yaml", "a: [").hasErrors()).isTrue();
    }
}
