package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.controller.infrastructure.Http2.Manner;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fields of {@code telemetry} of an EnvoyProxy: what the real Envoy writes, counts and sends. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TelemetryFieldsIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private static Path folder;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static FieldsFleet fleet;
    private static Http2.Server collector;
    private static Http2.Server logs;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        port = FreePorts.one();
        Backend app = Backend.start("app");
        collector = Http2.Server.start(Manner.FINE);
        logs = Http2.Server.start(Manner.FINE);
        String objects = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: gatehouse
                  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy}}
                  listeners: [{name: http, protocol: HTTP, port: ${port}}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: proxy, namespace: default}
                spec:
                  preserveRouteOrder: true
                  bootstrap:
                    type: Merge
                    value: "layered_runtime: {layers: [{name: more, static_layer: {mark.of.the.test: 7}}]}"
                  telemetry:
                    accessLog:
                      settings:
                      - type: Route
                        format: {type: Text, text: "%REQ(:PATH)% in text\\n"}
                        matches: ["'x-log' in request.headers"]
                        sinks: [{type: File, file: {path: ${folder}/text.log}}]
                      - type: Route
                        format: {type: JSON, json: {path: "%REQ(:PATH)%"}}
                        sinks: [{type: File, file: {path: ${folder}/json.log}}]
                      - type: Listener
                        format: {type: Text, text: "a connection\\n"}
                        sinks: [{type: File, file: {path: ${folder}/connections.log}}]
                      - type: Route
                        sinks:
                        - type: OpenTelemetry
                          openTelemetry:
                            backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: logs}]
                            resourceAttributes: {cell: cell-of-logs}
                        - type: ALS
                          als:
                            type: HTTP
                            logName: name-of-logs
                            backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: logs}]
                            http: {requestHeaders: [x-asked], responseHeaders: [x-answered]}
                    tracing:
                      samplingFraction: {numerator: 1, denominator: 1}
                      overallSamplingFraction: {numerator: 3, denominator: 3}
                      provider:
                        type: OpenTelemetry
                        serviceName: name-of-service
                        backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: collector}]
                        openTelemetry: {resourceAttributes: {cell: cell-of-traces}}
                      customTags:
                        team: {type: Literal, literal: {value: value-of-literal}}
                        pod: {type: Environment, environment: {name: NO_SUCH_VARIABLE, defaultValue: value-by-default}}
                        user: {type: RequestHeader, requestHeader: {name: x-user, defaultValue: nobody}}
                      tags: {asked: "tag-%REQ(x-asked)%"}
                      spanName: {server: "span-of-%REQ(:METHOD)%", client: "client-span-of-%REQ(:METHOD)%"}
                    metrics:
                      enableVirtualHostStats: true
                      enablePerEndpointStats: true
                      enableRequestResponseSizesStats: true
                      clusterStatName: "counted-as-%ROUTE_NAME%"
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: app, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /order}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                  - matches: [{path: {value: /order/longer}}]
                    filters: [{type: RequestRedirect, requestRedirect: {statusCode: 301, hostname: elsewhere.test}}]
                  - backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: app, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app}]
                  telemetry:
                    metrics: {routeStatName: "routed-as-%ROUTE_NAME%"}
                    tracing:
                      samplingFraction: {numerator: 2, denominator: 2}
                      overallSamplingFraction: {numerator: 5, denominator: 5}
                      tags: {of.route: "route-tag-%REQ(x-asked)%"}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: app, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: collector, namespace: default}
                spec: {appProtocols: [gateway.envoyproxy.io/h2c], endpoints: [{ip: {address: 203.0.113.1, port: ${collector}}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: logs, namespace: default}
                spec: {appProtocols: [gateway.envoyproxy.io/h2c], endpoints: [{ip: {address: 203.0.113.1, port: ${logs}}}]}
                """.replace("${port}", String.valueOf(port))
                .replace("${folder}", folder.toString())
                .replace("${app}", String.valueOf(app.port()))
                .replace("${collector}", String.valueOf(collector.port()))
                .replace("${logs}", String.valueOf(logs.port()));
        fleet = FieldsFleet.start(folder, objects, Map.of("app", app));
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
        collector.close();
        logs.close();
        CLIENT.close();
    }

    @Test
    void accessLogsHaveTheirFormatsConditionsAndFiles() throws Exception {
        send("/quiet");
        send("/loud", "x-log", "yes");
        awaitText("text.log", "/loud in text");
        awaitText("json.log", "{\"path\":\"/quiet\"}");
        assertThat(Files.readString(folder.resolve("text.log"))).doesNotContain("/quiet");
        // Connections are logged at their end.
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
        awaitText("connections.log", "a connection");
    }

    @Test
    void accessLogsAreSentAsTheirSinksSay() throws Exception {
        send("/sent?header=x-answered:answered", "x-asked", "asked");
        awaitSent(logs, "name-of-logs");
        awaitSent(logs, "cell-of-logs");
        awaitSent(logs, "x-asked");
        awaitSent(logs, "x-answered");
    }

    @Test
    void spansHaveTheirNamesTagsAndService() throws Exception {
        send("/traced", "x-user", "user-of-header", "x-asked", "asked");
        for (String text : new String[] {
            "name-of-service",
            "cell-of-traces",
            "value-of-literal",
            "value-by-default",
            "user-of-header",
            "tag-asked",
            "span-of-GET",
            "client-span-of-GET"
        }) {
            awaitSent(collector, text);
        }
    }

    @Test
    void aRouteHasItsOwnTagsAndShareOfTraces() throws Exception {
        send("/sampled", "x-asked", "wanted");
        awaitSent(collector, "route-tag-wanted");
    }

    @Test
    void metricsHaveTheNamesAndDetailsThatAreAskedFor() throws Exception {
        send("/counted");
        for (String name : new String[] {
            "cluster.counted-as-", ".route.routed-as-", "upstream_rq_headers_size", ".vcluster.other.", ".endpoint."
        }) {
            Await.until(() -> stats().contains(name), SOON, () -> "no metric has " + name);
        }
    }

    @Test
    void routesKeepTheirOrderWhereTheProxyIsToldSo() throws Exception {
        assertThat(send("/order/longer").statusCode()).isEqualTo(200);
    }

    @Test
    void theBootstrapIsMergedWithWhatTheProxySays() throws Exception {
        assertThat(fleet.envoy().admin().get("/runtime")).contains("mark.of.the.test");
    }

    private static String stats() throws IOException {
        return fleet.envoy().admin().get("/stats");
    }

    private static void awaitText(String file, String text) {
        Await.until(
                () -> Files.exists(folder.resolve(file))
                        && Files.readString(folder.resolve(file)).contains(text),
                SOON,
                () -> file + " has no " + text);
    }

    /** Waits for a text in the bodies of what was sent: strings are as they are in protobuf. */
    private static void awaitSent(Http2.Server server, String text) {
        Await.until(
                () -> server.connections().stream()
                        .map(connection -> connection.frames().stream()
                                .filter(frame -> frame.type() == Http2.DATA)
                                .map(frame -> new String(frame.payload(), StandardCharsets.ISO_8859_1))
                                .collect(Collectors.joining()))
                        .anyMatch(sent -> sent.contains(text)),
                SOON,
                () -> text + " was not sent");
    }

    private static HttpRequest request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return (headers.length == 0 ? request : request.headers(headers)).build();
    }

    private static HttpResponse<String> send(String path, String... headers) throws IOException, InterruptedException {
        return CLIENT.send(request(path, headers), HttpResponse.BodyHandlers.ofString());
    }
}
