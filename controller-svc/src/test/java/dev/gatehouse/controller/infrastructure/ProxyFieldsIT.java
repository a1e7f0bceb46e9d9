package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.controller.infrastructure.FieldsFleet.Got;
import dev.gatehouse.controller.infrastructure.Http2.Manner;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fields of an EnvoyProxy that change what the real Envoy sends to collectors of OpenTelemetry, where it listens, and the order of its filters. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ProxyFieldsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PATIENCE_MILLIS = 30_000;

    /** Length of the prefix of a message of gRPC. */
    private static final int PREFIX = 5;

    /** The place of the digit of a request's ID that says why it is traced. */
    private static final int REASON = 14;

    @TempDir
    private static Path folder;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static FieldsFleet fleet;
    private static RawBackend trailing;
    private static Http2.Server logs;
    private static Http2.Server entries;
    private static Http2.Server metrics;
    private static Http2.Server spans;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        port = FreePorts.one();
        Backend app = Backend.start("app");
        trailing = RawBackend.start("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-last\r\n\r\n"
                + "2\r\nok\r\n0\r\nx-last: value-of-trailer\r\n\r\n");
        logs = Http2.Server.start(Manner.FINE);
        // A call that is answered ends, and with it what Envoy has still to send by it.
        entries = Http2.Server.start(Manner.SLOW);
        metrics = Http2.Server.start(Manner.FINE);
        spans = Http2.Server.start(Manner.FINE);
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
                  ipFamily: DualStack
                  filterOrder:
                  - {name: envoy.filters.http.local_ratelimit, before: envoy.filters.http.fault}
                  - {name: envoy.filters.http.cors, after: envoy.filters.http.fault}
                  telemetry:
                    requestID: {tracing: Disable}
                    accessLog:
                      settings:
                      - type: Route
                        sinks:
                        - type: OpenTelemetry
                          openTelemetry: {host: 203.0.113.1, port: ${logs}, resources: {cell: cell-of-logs}}
                        - type: ALS
                          als:
                            type: HTTP
                            backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: entries}]
                            http: {responseTrailers: [x-last]}
                    tracing:
                      samplingRate: 0
                      provider:
                        type: OpenTelemetry
                        backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: spans}]
                        openTelemetry: {sampler: {type: AlwaysOn}}
                    metrics:
                      enableGRPCStats: true
                      sinks:
                      - type: OpenTelemetry
                        openTelemetry:
                          host: 203.0.113.1
                          port: ${metrics}
                          reportCountersAsDeltas: true
                          reportHistogramsAsDeltas: true
                          resourceAttributes: {cell: cell-of-metrics}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: ClientTrafficPolicy
                metadata: {name: gw, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]
                  http1: {enableTrailers: true}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: app, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /trailing}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: trailing}]
                  - backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: limited, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /limited}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: limited, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: limited}]
                  faultInjection: {abort: {httpStatus: 418}}
                  rateLimit: {local: {rules: [{limit: {requests: 1, unit: Hour}}]}}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: shared, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /shared}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: shared, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shared}]
                  faultInjection: {abort: {httpStatus: 418}}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: SecurityPolicy
                metadata: {name: shared, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shared}]
                  cors: {allowOrigins: ["https://shop.test"], allowMethods: [GET]}
                """;
        Map<String, Integer> ports = new TreeMap<>(Map.of(
                "app", app.port(),
                "trailing", trailing.port(),
                "logs", logs.port(),
                "entries", entries.port(),
                "metrics", metrics.port(),
                "spans", spans.port()));
        StringBuilder all = new StringBuilder(objects.replace("${port}", String.valueOf(port)));
        for (String name : List.of("app", "trailing", "entries", "spans")) {
            all.append("""
                    ---
                    apiVersion: gateway.envoyproxy.io/v1alpha1
                    kind: Backend
                    metadata: {name: ${name}, namespace: default}
                    spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${${name}}}}]${protocol}}
                    """.replace("${name}", name)
                    .replace("${protocol}", name.endsWith("s") ? ", appProtocols: [gateway.envoyproxy.io/h2c]" : ""));
        }
        String text = all.toString();
        for (Map.Entry<String, Integer> each : ports.entrySet()) {
            text = text.replace("${" + each.getKey() + "}", String.valueOf(each.getValue()));
        }
        fleet = FieldsFleet.start(folder, text, Map.of("app", app));
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
        trailing.close();
        for (Http2.Server each : List.of(logs, entries, metrics, spans)) {
            each.close();
        }
        CLIENT.close();
    }

    @Test
    void logsGoToTheAddressOfTheirSinkWithItsResources() throws Exception {
        send("/logged");
        awaitSent(logs, "cell-of-logs");
    }

    @Test
    void entriesOfLogsHaveTrailersOfResponses() throws Exception {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(PATIENCE_MILLIS);
            client.getOutputStream()
                    .write("GET /trailing HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .contains("value-of-trailer");
        }
        awaitSent(entries, "value-of-trailer");
    }

    @Test
    void metricsGoToTheAddressOfTheirSinkAsDifferences() throws Exception {
        send("/counted");
        awaitSent(metrics, "cell-of-metrics");
        Await.until(
                () -> metrics().stream().anyMatch(Metric::hasHistogram)
                        && metrics().stream().anyMatch(ProxyFieldsIT::isCounter),
                SOON,
                () -> "no histogram and counter was sent");
        assertThat(metrics().stream()
                        .filter(Metric::hasHistogram)
                        .map(each -> each.getHistogram().getAggregationTemporality()))
                .containsOnly(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
        assertThat(metrics().stream()
                        .filter(ProxyFieldsIT::isCounter)
                        .map(each -> each.getSum().getAggregationTemporality()))
                .containsOnly(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
    }

    private static boolean isCounter(Metric metric) {
        return metric.hasSum() && metric.getSum().getIsMonotonic();
    }

    private static List<Metric> metrics() throws InvalidProtocolBufferException {
        List<Metric> all = new ArrayList<>();
        for (byte[] message : messages(metrics)) {
            ExportMetricsServiceRequest.parseFrom(message).getResourceMetricsList().stream()
                    .flatMap(resource -> resource.getScopeMetricsList().stream())
                    .forEach(scope -> all.addAll(scope.getMetricsList()));
        }
        return all;
    }

    @Test
    void callsOfGrpcAreCountedByTheirMethods() throws Exception {
        CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/shop.Carts/Add"))
                        .header("content-type", "application/grpc")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[PREFIX]))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        Await.until(
                () -> fleet.envoy().admin().get("/stats").contains("grpc.shop.Carts.Add.request_message_count: 1"),
                SOON,
                () -> "the call is not counted");
    }

    @Test
    void aSamplerDecidesWhatIsTracedAndTheIdOfARequestDoesNotTell() throws Exception {
        send("/sampled");
        Got request = fleet.backend("app").requests().stream()
                .filter(each -> each.path().equals("/sampled"))
                .findFirst()
                .orElseThrow();
        assertThat(request.header("traceparent")).get().asString().endsWith("-01");
        // A random UUID has a 4 there; where reasons are packed into it, a traced request has another digit.
        assertThat(request.header("x-request-id").orElseThrow().charAt(REASON)).isEqualTo('4');
    }

    @Test
    void clientsComeByIpv6() throws Exception {
        assertThat(CLIENT.send(
                                HttpRequest.newBuilder(URI.create("http://[::1]:" + port + "/by-ipv6"))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
        assertThat(send("/by-ipv4")).isEqualTo(200);
    }

    @Test
    void filtersHaveTheOrderOfTheProxy() throws Exception {
        // A fault is usually made before requests are counted, and after questions about other origins are answered.
        assertThat(send("/limited")).isEqualTo(418);
        assertThat(send("/limited")).isEqualTo(429);
        assertThat(preflight("/shared")).isEqualTo(418);
    }

    private static int preflight(String path) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(PATIENCE_MILLIS);
            client.getOutputStream()
                    .write(("OPTIONS " + path + " HTTP/1.1\r\nHost: a\r\nOrigin: https://shop.test\r\n"
                                    + "Access-Control-Request-Method: GET\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return Integer.parseInt(answer.split(" ", 3)[1]);
        }
    }

    private static int send(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** Waits for a text in a message: strings are in protobuf as they are. */
    private static void awaitSent(Http2.Server server, String text) {
        Await.until(
                () -> messages(server).stream()
                        .anyMatch(message -> new String(message, StandardCharsets.ISO_8859_1).contains(text)),
                SOON,
                () -> text + " was not sent");
    }

    /** The messages of all calls that are whole. */
    private static List<byte[]> messages(Http2.Server server) {
        List<byte[]> messages = new ArrayList<>();
        for (Http2.Connection connection : server.connections()) {
            Map<Integer, ByteArrayOutputStream> calls = new TreeMap<>();
            connection.frames().stream()
                    .filter(frame -> frame.type() == Http2.DATA)
                    .forEach(frame -> calls.computeIfAbsent(frame.stream(), _ -> new ByteArrayOutputStream())
                            .writeBytes(frame.payload()));
            for (ByteArrayOutputStream call : calls.values()) {
                ByteBuffer bytes = ByteBuffer.wrap(call.toByteArray());
                while (bytes.remaining() >= PREFIX
                        && bytes.remaining() - PREFIX >= bytes.getInt(bytes.position() + 1)) {
                    bytes.get();
                    byte[] message = new byte[bytes.getInt()];
                    bytes.get(message);
                    messages.add(message);
                }
            }
        }
        return messages;
    }
}
