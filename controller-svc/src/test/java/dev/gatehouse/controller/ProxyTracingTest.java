package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.gateway.LimitCalls;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.EnvoyProxy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatehouse.controller.proxy-tracing}, beside what EnvoyProxies say. */
class ProxyTracingTest {
    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: plain, namespace: default}
            spec: {gatewayClassName: gatehouse, listeners: [{name: http, protocol: HTTP, port: 80}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: own, namespace: default}
            spec:
              gatewayClassName: gatehouse
              infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: own}}
              listeners: [{name: http, protocol: HTTP, port: 81}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: own, namespace: default}
            spec: {${own}concurrency: 1}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: collector, namespace: envoy-gateway-system}
            spec: {endpoints: [{ip: {address: 10.0.0.9, port: 4317}}], appProtocols: [gateway.envoyproxy.io/h2c]}
            """;

    private static Map<ResourceId, Output> translate(
            Path folder, String own, Optional<EnvoyProxy> all, Optional<String> endpoint) throws IOException {
        Files.writeString(folder.resolve("in.yaml"), OBJECTS.replace("${own}", own));
        return OfflineTranslation.of(
                        List.of(folder),
                        Golden.settings()
                                .with(new Settings.Configured(
                                        all,
                                        LimitCalls.DEFAULT,
                                        endpoint.map(URI::create).map(ProxyTracing::parse))))
                .translator()
                .resources();
    }

    /** Where the proxies of a Gateway send spans; empty: they are not traced. */
    private static Optional<OpenTelemetryConfig> tracing(Map<ResourceId, Output> resources, String gateway)
            throws InvalidProtocolBufferException {
        for (Map.Entry<ResourceId, Output> each : resources.entrySet()) {
            if (each.getKey().fleet().equals("default/" + gateway)
                    && each.getValue().message() instanceof Listener listener) {
                var filter = listener.getDefaultFilterChain().getFiltersCount() > 0
                        ? listener.getDefaultFilterChain().getFilters(0)
                        : listener.getFilterChains(0).getFilters(0);
                HttpConnectionManager manager = filter.getTypedConfig().unpack(HttpConnectionManager.class);
                return manager.hasTracing()
                        ? Optional.of(manager.getTracing()
                                .getProvider()
                                .getTypedConfig()
                                .unpack(OpenTelemetryConfig.class))
                        : Optional.empty();
            }
        }
        throw new AssertionError("no listener of " + gateway + " in " + resources.keySet());
    }

    private static boolean hasCluster(Map<ResourceId, Output> resources, String gateway, String name) {
        return resources.entrySet().stream()
                .anyMatch(each -> each.getKey().fleet().equals("default/" + gateway)
                        && each.getValue().message() instanceof Cluster cluster
                        && cluster.getName().equals(name));
    }

    @Test
    void proxiesAreTracedWhoseEnvoyProxyDoesNotSayHow(@TempDir Path folder) throws IOException {
        var resources = translate(folder, "", Optional.empty(), Optional.of("http://127.0.0.1:4317"));
        for (String gateway : new String[] {"plain", "own"}) {
            String cluster = "telemetry/127.0.0.1:4317/h2";
            assertThat(tracing(resources, gateway)
                            .orElseThrow()
                            .getGrpcService()
                            .getEnvoyGrpc()
                            .getClusterName())
                    .isEqualTo(cluster);
            assertThat(hasCluster(resources, gateway, cluster)).isTrue();
        }
    }

    @Test
    void whatAnEnvoyProxySaysOfTracingCounts(@TempDir Path folder) throws IOException {
        var resources = translate(
                folder,
                "telemetry: {tracing: {samplingRate: 0, provider: {host: 10.1.1.1, port: 4317}}}, ",
                Optional.empty(),
                Optional.of("http://127.0.0.1:4317"));
        assertThat(tracing(resources, "own")
                        .orElseThrow()
                        .getGrpcService()
                        .getEnvoyGrpc()
                        .getClusterName())
                .isEqualTo("telemetry/10.1.1.1:4317/h2");
        assertThat(hasCluster(resources, "own", "telemetry/127.0.0.1:4317/h2")).isFalse();
    }

    @Test
    void port4318IsHttp(@TempDir Path folder) throws IOException {
        var resources = translate(folder, "", Optional.empty(), Optional.of("http://[::1]:4318"));
        OpenTelemetryConfig config = tracing(resources, "plain").orElseThrow();
        assertThat(config.hasGrpcService()).isFalse();
        assertThat(config.getHttpService().getHttpUri().getUri()).isEqualTo("http://[::1]:4318/v1/traces");
        assertThat(hasCluster(
                        resources, "plain", config.getHttpService().getHttpUri().getCluster()))
                .isTrue();
    }

    @Test
    void withoutTheSettingNothingIsTraced(@TempDir Path folder) throws IOException {
        assertThat(tracing(translate(folder, "", Optional.empty(), Optional.empty()), "plain"))
                .isEmpty();
    }

    @Test
    void theBackendOfWhatCountsForAllProxiesIsFoundWithoutAnEnvoyProxy(@TempDir Path folder) throws IOException {
        EnvoyGatewayFile file = EnvoyGatewayFile.read("config.yaml", """
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyGateway
                envoyProxy:
                  telemetry:
                    tracing:
                      provider:
                        backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: collector}]
                """);
        assertThat(file.problems()).isEmpty();
        var resources = translate(folder, "", file.proxy(), Optional.empty());
        String cluster = tracing(resources, "plain")
                .orElseThrow()
                .getGrpcService()
                .getEnvoyGrpc()
                .getClusterName();
        assertThat(cluster).startsWith("telemetry/");
        assertThat(hasCluster(resources, "plain", cluster)).isTrue();
    }

    @Test
    void whatIsWrongIsNamed() {
        for (String wrong : new String[] {"https://collector:4317", "collector:4317", "http:///v1/traces"}) {
            assertThatThrownBy(() -> ProxyTracing.parse(URI.create(wrong)))
                    .hasMessageContaining(
                            "gatehouse.controller.proxy-tracing: \"" + wrong + "\" (expected: http://host:port");
        }
    }
}
