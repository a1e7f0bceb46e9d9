package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProxyTest {
    private static final String BASE = """
            {
              "node": {"id": "standalone/default/edge", "cluster": "default/edge"},
              "admin": {"address": {"pipe": {"path": "/run/admin.socket"}}},
              "dynamic_resources": {"lds_config": {"ads": {}}},
              "static_resources": {"clusters": [
                {"name": "xds_cluster", "load_assignment": {"cluster_name": "xds_cluster"}}]},
              "stats_config": {"use_all_default_tags": true},
              "layered_runtime": {"layers": [{"name": "global_config", "static_layer": {"a.b": 1}}]}
            }
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Test
    void withoutAnEnvoyProxyTheDefaultSelectionOfStatisticsIsKept() throws Exception {
        JsonObject bootstrap = new JsonObject(HostProxy.DEFAULT.bootstrap(BASE));
        assertThat(bootstrap.getJsonObject("stats_config").encode())
                .contains("\"use_all_default_tags\":true", "server.", "histogram_bucket_settings");
        assertThat(bootstrap.containsKey("stats_sinks")).isFalse();
        assertThat(bootstrap.getJsonObject("admin")).isEqualTo(new JsonObject(BASE).getJsonObject("admin"));
        assertThat(HostProxy.DEFAULT.componentLogLevels()).isEqualTo("misc:error");
        assertThat(HostProxy.DEFAULT.logLevel()).isEmpty();
        assertThat(HostProxy.DEFAULT.drainTimeout()).isEmpty();
    }

    @Test
    void theArgumentsAreThoseOfTheEnvoyProxy() throws Exception {
        HostProxy proxy = proxy("""
                  concurrency: 1
                  extraArgs: [--disable-extensions, x]
                  logging: {level: {default: debug, http: error, admin: info}}
                  shutdown: {drainTimeout: 3s}
                """);
        assertThat(proxy.concurrency()).isEqualTo(Optional.of(1));
        assertThat(proxy.logLevel()).isEqualTo(Optional.of("debug"));
        assertThat(proxy.componentLogLevels()).isEqualTo("admin:info,http:error");
        assertThat(proxy.drainTimeout()).isEqualTo(Optional.of(Duration.ofSeconds(3)));
        assertThat(proxy.extraArguments()).containsExactly("--disable-extensions", "x");
    }

    @Test
    void metricsGoToTheSinksAndTheStatisticsOfTheDrainAreKept() throws Exception {
        JsonObject bootstrap = new JsonObject(proxy("""
                  telemetry:
                    metrics:
                      matches: [{type: Prefix, value: mine}]
                      sinks: [{type: OpenTelemetry, openTelemetry: {host: 127.0.0.1, port: 4317}}]
                """).bootstrap(BASE));
        assertThat(bootstrap.getJsonArray("stats_sinks").encode()).contains("metrics_sink_0");
        JsonArray clusters = bootstrap.getJsonObject("static_resources").getJsonArray("clusters");
        assertThat(clusters.stream().map(each -> ((JsonObject) each).getString("name")))
                .containsExactly("xds_cluster", "metrics_sink_0");
        assertThat(bootstrap.getJsonObject("stats_config").encode())
                .contains("{\"prefix\":\"mine\"}", "downstream_(?:cx|rq)_active")
                .doesNotContain("\"server.\"");
    }

    @Test
    void aMergeAddsToTheBootstrapAndLeavesTheAdminPageAndTheNodesNames() throws Exception {
        JsonObject bootstrap = new JsonObject(proxy("""
                  bootstrap:
                    type: Merge
                    value: |
                      admin: {address: {socket_address: {address: 0.0.0.0, port_value: 9901}}}
                      node: {id: mine, locality: {zone: z}}
                      layered_runtime: {layers: [{name: mine, static_layer: {c.d: 2}}]}
                """).bootstrap(BASE));
        assertThat(bootstrap.getJsonObject("admin")).isEqualTo(new JsonObject(BASE).getJsonObject("admin"));
        assertThat(bootstrap.getJsonObject("node"))
                .isEqualTo(
                        new JsonObject(
                                "{\"id\":\"standalone/default/edge\",\"cluster\":\"default/edge\",\"locality\":{\"zone\":\"z\"}}"));
        assertThat(bootstrap
                        .getJsonObject("layered_runtime")
                        .getJsonArray("layers")
                        .encode())
                .contains("global_config", "mine");
    }

    @Test
    void aPatchMayAddAListener() throws Exception {
        JsonObject bootstrap = new JsonObject(proxy("""
                  bootstrap:
                    type: JSONPatch
                    jsonPatches:
                      - {op: add, path: /static_resources/listeners/-, value: {name: mine}}
                """).bootstrap(BASE));
        assertThat(bootstrap
                        .getJsonObject("static_resources")
                        .getJsonArray("listeners")
                        .encode())
                .isEqualTo("[{\"name\":\"mine\"}]");
    }

    @Test
    void aBootstrapThatDisconnectsTheProxyIsRefused() throws Exception {
        HostProxy proxy = proxy(translation("""
                  bootstrap:
                    type: Replace
                    value: |
                      admin: {}
                """));
        assertThatThrownBy(() -> proxy.bootstrap(BASE))
                .isInstanceOf(PatchFailure.class)
                .hasMessageContaining("spec.bootstrap: has no dynamic_resources");
    }

    private HostProxy proxy(String spec) throws IOException {
        OfflineTranslation translation = translation(spec);
        assertThat(translation.problems()).isEmpty();
        return proxy(translation);
    }

    private OfflineTranslation translation(String spec) throws IOException {
        Path file = Files.writeString(folder.resolve("in.yaml"), """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  gatewayClassName: teg
                  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy}}
                  listeners: [{name: http, protocol: HTTP, port: 80}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: proxy}
                spec:
                """ + spec);
        CalloutAddress callout = new CalloutAddress("callout.test", 18000);
        return OfflineTranslation.of(
                List.of(file),
                new Settings(
                        List.of(Settings.CONTROLLER_NAME),
                        Settings::shiftPrivileged,
                        new Settings.Callouts(callout, callout, callout)));
    }

    private static HostProxy proxy(OfflineTranslation translation) {
        return new HostProxy(translation
                .translator()
                .gateways()
                .values()
                .iterator()
                .next()
                .proxy()
                .spec());
    }
}
