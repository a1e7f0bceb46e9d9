package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.controller.infrastructure.FieldsFleet.Got;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An EnvoyProxy that is merged with the one of the GatewayClass: traces of Zipkin as the one says, and no access log as the other does. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MergedProxyIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String TRACE = "463ac35c9f6413ad48485a3953bb6124";
    private static final String SPAN = "a2fb4a1d1a96d312";

    @Test
    void tracesAreThoseOfTheClassAndLogsThoseOfTheGateway(@TempDir Path folder) throws Exception {
        int mergedPort = FreePorts.one();
        int ownPort = FreePorts.one();
        FieldsFleet merged = fleet(
                mergedPort,
                folder.resolve("merged"),
                "{mergeType: StrategicMerge, telemetry: {accessLog: {disable: true}}}");
        FieldsFleet own = fleet(ownPort, folder.resolve("own"), "{telemetry: {accessLog: {}}}");
        try (merged;
                own;
                HttpClient client = HttpClient.newHttpClient()) {
            for (int port : new int[] {mergedPort, ownPort}) {
                client.send(request(port, "/quiet").build(), HttpResponse.BodyHandlers.discarding());
            }
            Got quiet = got(merged, "/quiet");
            assertThat(quiet.header("x-b3-sampled")).contains("0");
            assertThat(quiet.header("x-b3-traceid")).get().asString().hasSize(TRACE.length());
            assertThat(got(own, "/quiet").header("x-b3-traceid")).isEmpty();

            client.send(
                    request(mergedPort, "/traced")
                            .header("x-b3-traceid", TRACE)
                            .header("x-b3-spanid", SPAN)
                            .header("x-b3-sampled", "1")
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            Await.until(() -> !spans(merged).isEmpty(), SOON, () -> "no span was sent");
            // A span that is shared has the ID of the client's.
            assertThat(spans(merged))
                    .contains("\"parentId\":\"" + SPAN + "\"")
                    .doesNotContain("\"id\":\"" + SPAN + "\"", "\"shared\":true");
        }
        // Envoy writes what is left when it ends.
        assertThat(own.envoy().log()).anyMatch(line -> line.contains("/quiet"));
        assertThat(merged.envoy().log()).noneMatch(line -> line.contains("/quiet"));
    }

    private static String spans(FieldsFleet fleet) {
        return fleet.backend("spans").requests().stream().map(Got::body).reduce("", String::concat);
    }

    private static Got got(FieldsFleet fleet, String path) {
        return fleet.backend("app").requests().stream()
                .filter(each -> each.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private static FieldsFleet fleet(int port, Path folder, String spec) throws IOException {
        Backend app = Backend.start("app");
        Backend spans = Backend.start("spans");
        String objects = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: traced}
                spec:
                  controllerName: gatehouse.dev/gatewayclass-controller
                  parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: base, namespace: default}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: base, namespace: default}
                spec:
                  telemetry:
                    tracing:
                      samplingRate: 0
                      provider:
                        type: Zipkin
                        backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: spans}]
                        zipkin: {enable128BitTraceId: true, disableSharedSpanContext: true}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: traced
                  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: own}}
                  listeners: [{name: http, protocol: HTTP, port: ${port}}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: own, namespace: default}
                spec: ${spec}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: app, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: app, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: spans, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${spans}}}]}
                """.replace("${port}", String.valueOf(port))
                .replace("${spec}", spec)
                .replace("${app}", String.valueOf(app.port()))
                .replace("${spans}", String.valueOf(spans.port()));
        return FieldsFleet.start(Files.createDirectories(folder), objects, Map.of("app", app, "spans", spans));
    }
}
