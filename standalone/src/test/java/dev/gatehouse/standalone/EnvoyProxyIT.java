package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.envoyprocess.EnvoyAdmin;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.ExampleFiles;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The built {@code gatehouse run} with an EnvoyGateway file that names the objects, among them an EnvoyProxy that says
 * how the proxy is started.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class EnvoyProxyIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String FILE = "all.yaml";

    @SuppressWarnings("NullAway.Init")
    private ExampleFiles files;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    private int adminPort;
    private int port;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        List<Integer> free = FreePorts.some(4);
        adminPort = free.get(1);
        port = free.get(2);
        files = new ExampleFiles(Files.createDirectories(folder.resolve("files")));
        files.write(FILE, """
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: eg}
                spec:
                  controllerName: gateway.envoyproxy.io/gatewayclass-controller
                  parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: p, namespace: default}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: p, namespace: default}
                spec:
                  concurrency: 1
                  extraArgs: ["--disable-hot-restart", "--disable-extensions", "envoy.access_loggers/envoy.access_loggers.wasm"]
                  logging: {level: {default: error, http: info}}
                  bootstrap:
                    type: Merge
                    value: |
                      layered_runtime: {layers: [{name: mine, static_layer: {envoy.mine: 321}}]}
                  shutdown: {drainTimeout: 3s}
                  telemetry:
                    accessLog:
                      settings:
                        - format: {type: JSON, json: {mine: "%%REQ(:PATH)%%"}}
                          sinks: [{type: File, file: {path: /dev/stdout}}]
                    metrics:
                      prometheus: {disable: true}
                      matches: [{type: Prefix, value: listener_manager}]
                      sinks: [{type: OpenTelemetry, openTelemetry: {host: 127.0.0.1, port: %d}}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge, namespace: default}
                spec:
                  gatewayClassName: eg
                  listeners: [{name: http, protocol: HTTP, port: %d}]
                """.formatted(free.get(3), port));
        Path config = Files.writeString(folder.resolve("envoy-gateway.yaml"), """
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyGateway
                gateway: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
                provider:
                  type: Custom
                  custom:
                    resource: {type: File, file: {paths: ["%s"]}}
                    infrastructure: {type: Host, host: {}}
                """.formatted(files.folder()));
        gatehouse = ChildJvm.serving(free.get(0), adminPort, List.of("--config", config.toString()));
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
    }

    private JsonObject status() {
        StringWriter out = new StringWriter();
        Gatehouse.commandLine()
                .setOut(new PrintWriter(out, true))
                .execute("status", "-o", "json", "--admin-port", Integer.toString(adminPort));
        return new JsonObject(out.toString());
    }

    private EnvoyAdmin admin() {
        return new EnvoyAdmin(UnixDomainSocketAddress.of(status().getJsonArray("parts").stream()
                .map(JsonObject.class::cast)
                .filter(part -> part.getString("admin") != null)
                .map(part -> part.getString("admin"))
                .findFirst()
                .orElseThrow()));
    }

    @Test
    @Order(0)
    void theFilesAreThoseThatTheConfigurationNames() {
        assertThat(status().getJsonArray("files"))
                .containsExactly(files.folder().toString());
    }

    @Test
    @Order(1)
    void theEnvoyIsStartedAsItsEnvoyProxySays() throws Exception {
        JsonObject info = new JsonObject(admin().get("/server_info"));
        JsonObject options = info.getJsonObject("command_line_options");
        assertThat(options.getInteger("concurrency")).isEqualTo(1);
        assertThat(options.getString("log_level")).isEqualTo("error");
        assertThat(options.getString("component_log_level")).isEqualTo("http:info");
        assertThat(options.getString("drain_time")).isEqualTo("3s");
        assertThat(options.encode()).contains("envoy.access_loggers/envoy.access_loggers.wasm");
        String configuration = admin().get("/config_dump");
        assertThat(configuration).contains("\"envoy.mine\": 321", "\"prefix\": \"listener_manager\"", "metrics_sink_0");
        assertThat(admin().get("/stats"))
                .contains("listener_manager.", "downstream_cx_active")
                .doesNotContain("cluster_manager.");
        assertThat(admin().get("/clusters")).contains("metrics_sink_0::", "telemetry/metrics/0::127.0.0.1:");
    }

    @Test
    @Order(1)
    void anAccessLogOfTheUsersOwnIsPrinted() throws Exception {
        try (WebClient web = new WebClient()) {
            assertThat(web.status(port, "/anything")).isEqualTo(404);
        }
        gatehouse.awaitLine(line -> line.equals("{\"mine\":\"/anything\"}"));
    }

    @Test
    @Order(2)
    void aChangeThatNeedsANewProcessIsToldAndTheEnvoyGoesOn() throws Exception {
        files.replace(FILE, "concurrency: 1", "concurrency: 2");
        Await.until(
                () -> status().getJsonArray("warnings").encode().contains("concurrency of its EnvoyProxy changed"),
                SOON,
                gatehouse::output);
        assertThat(gatehouse.output())
                .contains("Gateway default/edge: its Envoy was started before concurrency of its EnvoyProxy changed:"
                        + " the change takes effect when 'gatehouse run' is started again");
        files.replace(FILE, "concurrency: 2", "concurrency: 1");
        Await.until(() -> status().getJsonArray("warnings").isEmpty(), SOON, gatehouse::output);
    }

    @Test
    @Order(3)
    void aBootstrapThatDisconnectsTheProxyIsAProblem() throws Exception {
        files.replace(
                FILE, "layered_runtime:", "dynamic_resources: {ads_config: {api_type: GRPC}}\n      layered_runtime:");
        Await.until(
                () -> status().getJsonArray("problems").encode().contains("spec.bootstrap: changes dynamic_resources"),
                SOON,
                gatehouse::output);
        assertThat(admin().get("/server_info")).contains("LIVE");
    }
}
