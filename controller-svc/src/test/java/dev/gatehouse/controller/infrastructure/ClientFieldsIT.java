package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.controller.infrastructure.FieldsFleet.Got;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Single fields of ClientTrafficPolicies, in the real Envoy: each has a listener of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ClientFieldsIT {
    private static final int PATIENCE_MILLIS = 30_000;

    /** Logs are written every ten seconds. */
    private static final Duration SOON = Duration.ofSeconds(60);

    private static final Map<String, String> POLICIES = new TreeMap<>(Map.ofEntries(
            Map.entry("custom", "clientIPDetection: {customHeader: {name: x-real-client, failClosed: true}}"),
            Map.entry(
                    "trusted",
                    "clientIPDetection: {xForwardedFor: {trustedCIDRs: [127.0.0.0/8], disableXForwardedForAppend: true}}"),
            Map.entry("early", "headers: {earlyRequestHeaders: {remove: [x-secret]}}"),
            Map.entry("envoy-headers", "headers: {enableEnvoyHeaders: true}"),
            Map.entry("request-id", "headers: {preserveXRequestID: true}"),
            Map.entry("proxy", "proxyProtocol: {optional: true}"),
            Map.entry("old-proxy", "enableProxyProtocol: true"),
            Map.entry("idle", "timeout: {http: {streamIdleTimeout: 200ms}}"),
            Map.entry("stream", "connection: {connectionLimit: {value: 100, maxStreamDuration: 200ms}}"),
            Map.entry("limited", "connection: {connectionLimit: {value: 1}}"),
            Map.entry("delayed", "connection: {connectionLimit: {value: 1, closeDelay: 2s}}"),
            Map.entry("short", "connection: {connectionLimit: {maxConnectionDuration: 200ms}}"),
            Map.entry(
                    "cut",
                    "connection: {connectionLimit: {maxConnectionDuration: 200ms}}, http1: {disableSafeMaxConnectionDuration: true}"),
            Map.entry("trailers", "http1: {enableTrailers: true}"),
            Map.entry("cased", "http1: {preserveHeaderCase: true}"),
            Map.entry("silent", "headers: {disableRateLimitHeaders: true}"),
            Map.entry("matched", "scheme: MatchBackend"),
            Map.entry(
                    "inspected",
                    "proxyProtocol: {optional: true}, timeout: {tcp: {connectionInspectionTimeout: 300ms}}"),
            Map.entry("plain", "http1: {preserveHeaderCase: false}")));

    @TempDir
    private static Path folder;

    private static final Map<String, Integer> PORTS = new HashMap<>();
    private static FieldsFleet fleet;
    private static Http2.Server last;
    private static RawBackend raw;

    @BeforeAll
    static void start() throws IOException {
        StringBuilder objects = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: gatehouse
                  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy}}
                  listeners:
                """);
        for (String name : POLICIES.keySet()) {
            PORTS.put(name, FreePorts.one());
            objects.append("  - {name: ")
                    .append(name)
                    .append(", protocol: HTTP, port: ")
                    .append(PORTS.get(name))
                    .append("}\n");
        }
        Backend app = Backend.start("app");
        last = Http2.Server.start(Http2.Manner.TRAILERS);
        raw = RawBackend.start("HTTP/1.1 200 OK\r\nX-Mixed-Case: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1\r\na\r\n0\r\nX-Last: z\r\n\r\n");
        objects.append("""
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
                metadata: {name: last, namespace: default}
                spec: {appProtocols: [gateway.envoyproxy.io/h2c], endpoints: [{ip: {address: 203.0.113.1, port: ${last}}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: raw, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${raw}}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: secret, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${last}}}], tls: {insecureSkipVerify: true}}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: others, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /last}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: last}]
                  - matches: [{path: {value: /raw}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: raw}]
                  - matches: [{path: {value: /secret}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: secret}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: counted, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /counted}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: counted, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: counted}]
                  rateLimit: {local: {rules: [{limit: {requests: 100, unit: Hour}}]}}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: proxy, namespace: default}
                spec:
                  telemetry:
                    accessLog:
                      settings:
                      - format: {type: Text, text: "%REQ(:PATH)% %REQ(:SCHEME)%\\n"}
                        sinks: [{type: File, file: {path: ${folder}/access.log}}]
                """.replace("${app}", String.valueOf(app.port()))
                .replace("${last}", String.valueOf(last.port()))
                .replace("${raw}", String.valueOf(raw.port()))
                .replace("${folder}", folder.toString()));
        POLICIES.forEach((name, policy) -> objects.append("""
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: ClientTrafficPolicy
                metadata: {name: ${name}, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw, sectionName: ${name}}]
                """.replace("${name}", name))
                .append("  ")
                .append(policy.replace("}, http1", "}\n  http1").replace("}, timeout", "}\n  timeout"))
                .append('\n'));
        fleet = FieldsFleet.start(folder, objects.toString(), Map.of("app", app));
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
        last.close();
        raw.close();
    }

    @Test
    void aHeaderSaysWhoTheClientIsAndARequestWithoutItIsRefused() throws IOException {
        assertThat(exchange("custom", get("custom"))).startsWith("HTTP/1.1 403");
        assertThat(exchange("custom", get("custom", "X-Real-Client: 198.51.100.7")))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void whatATrustedNetworkForwardsIsBelievedAndLeftAsItIs() throws IOException {
        assertThat(exchange("trusted", get("trusted", "X-Forwarded-For: 198.51.100.8")))
                .startsWith("HTTP/1.1 200");
        assertThat(got("trusted").header("x-forwarded-for")).contains("198.51.100.8");
    }

    @Test
    void aHeaderIsRemovedBeforeAnythingSeesIt() throws IOException {
        assertThat(exchange("early", get("early", "X-Secret: a", "X-Other: b"))).startsWith("HTTP/1.1 200");
        assertThat(got("early").header("x-secret")).isEmpty();
        assertThat(got("early").header("x-other")).contains("b");
    }

    @Test
    void envoysOwnHeadersAreSentWhereTheyAreWanted() throws IOException {
        assertThat(exchange("envoy-headers", get("envoy-headers"))).contains("x-envoy-upstream-service-time");
        assertThat(exchange("plain", get("plain"))).doesNotContain("x-envoy-upstream-service-time");
    }

    @Test
    void theRequestIdOfAClientIsKept() throws IOException {
        String id = "11111111-2222-4333-8444-555555555555";
        exchange("request-id", get("request-id", "X-Request-Id: " + id));
        assertThat(got("request-id").header("x-request-id")).contains(id);
        exchange("plain", get("other-id", "X-Request-Id: " + id));
        assertThat(got("other-id").header("x-request-id").orElseThrow()).isNotEqualTo(id);
    }

    @Test
    void theProxyProtocolMayBeSpoken() throws IOException {
        String line = "PROXY TCP4 198.51.100.9 127.0.0.1 4711 80\r\n";
        assertThat(exchange("proxy", line + get("by-proxy"))).startsWith("HTTP/1.1 200");
        assertThat(got("by-proxy").header("x-forwarded-for")).contains("198.51.100.9");
        assertThat(exchange("proxy", get("without"))).startsWith("HTTP/1.1 200");
        assertThat(exchange("old-proxy", line + get("by-old-proxy"))).startsWith("HTTP/1.1 200");
        assertThatThrownBy(() -> exchange("old-proxy", get("refused"))).isInstanceOf(SocketException.class);
    }

    @Test
    void streamsEndInTheirTime() throws IOException {
        // A body that does not come.
        String open = "POST /open HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\n";
        assertThat(firstLine("idle", open)).startsWith("HTTP/1.1 408");
        assertThat(firstLine("stream", open)).startsWith("HTTP/1.1 408");
    }

    @Test
    void aConnectionThatIsOneTooManyIsClosedAfterTheDelay() throws IOException {
        try (Socket _ = connected("limited");
                Socket _ = connected("delayed")) {
            assertThat(exchange("limited", "")).isEmpty();
            long begin = System.nanoTime();
            assertThat(exchange("delayed", "")).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void aConnectionThatLastedLongEnoughIsClosedAtOnceOrWithItsNextResponse() throws IOException {
        try (Socket safe = connected("short");
                Socket lasting = connected("plain");
                Socket cut = connected("cut")) {
            assertThat(cut.getInputStream().read()).isEqualTo(-1);
            assertThat(answerHead(safe, "/safe")).startsWith("HTTP/1.1 200").contains("connection: close");
            assertThat(answerHead(lasting, "/lasting"))
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("connection: close");
        }
    }

    @Test
    void trailersAreSentWhereTheyAreWanted() throws IOException {
        assertThat(exchange("trailers", get("last"))).contains("x-last: y");
        assertThat(exchange("plain", get("last"))).startsWith("HTTP/1.1 200").doesNotContain("x-last");
    }

    private static String withTrailer(String path) {
        return "POST " + path + " HTTP/1.1\r\nHost: app.test\r\nX-Own-Case: 1\r\nTransfer-Encoding: chunked\r\n"
                + "Connection: close\r\n\r\n1\r\na\r\n0\r\nX-Tail: q\r\n\r\n";
    }

    private static String atRaw(String path) {
        return raw.requests().stream()
                .filter(request -> request.startsWith("POST " + path))
                .findFirst()
                .orElseThrow(() -> new AssertionError(path + " is not among " + raw.requests()));
    }

    @Test
    void trailersPassInBothDirectionsWhereABackendSpeaksHttp1() throws IOException {
        assertThat(exchange("trailers", withTrailer("/raw/trailers"))).contains("x-last: z");
        assertThat(atRaw("/raw/trailers")).contains("x-tail: q");
        assertThat(exchange("plain", withTrailer("/raw/plain")))
                .startsWith("HTTP/1.1 200")
                .doesNotContainIgnoringCase("x-last");
        assertThat(atRaw("/raw/plain")).doesNotContainIgnoringCase("x-tail");
    }

    @Test
    void headersKeepTheirCaseInBothDirectionsWhereItIsWanted() throws IOException {
        assertThat(exchange("cased", withTrailer("/raw/cased"))).contains("X-Mixed-Case: 1");
        assertThat(atRaw("/raw/cased")).contains("X-Own-Case: 1");
        assertThat(exchange("plain", withTrailer("/raw/lower"))).contains("x-mixed-case: 1");
        assertThat(atRaw("/raw/lower")).contains("x-own-case: 1");
    }

    @Test
    void clientsAreNotToldHowMuchIsLeftOfALimit() throws IOException {
        assertThat(exchange("plain", get("counted"))).startsWith("HTTP/1.1 200").contains("x-ratelimit-limit");
        assertThat(exchange("silent", get("counted")))
                .startsWith("HTTP/1.1 200")
                .doesNotContain("x-ratelimit-");
    }

    @Test
    void aRequestHasTheSchemeOfItsBackend() throws IOException {
        // What the backend answers does not matter: it speaks no TLS.
        exchange("matched", get("secret/matched"));
        exchange("plain", get("secret/plain"));
        Path log = folder.resolve("access.log");
        Await.until(
                () -> Files.exists(log)
                        && Files.readAllLines(log).containsAll(List.of("/secret/matched https", "/secret/plain http")),
                SOON,
                () -> "the schemes are others");
    }

    @Test
    void aConnectionThatSaysNothingIsClosedInItsTime() throws IOException {
        try (Socket inspected = open("inspected");
                Socket other = open("proxy")) {
            assertThat(inspected.getInputStream().read()).isEqualTo(-1);
            other.setSoTimeout(1);
            assertThatThrownBy(() -> other.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
    }

    private static Socket open(String listener) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(listener));
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** A connection that the proxy has taken: it answered on it. */
    private static Socket connected(String listener) throws IOException {
        Socket socket = open(listener);
        assertThat(answerHead(socket, "/first")).startsWith("HTTP/1.1 200");
        return socket;
    }

    /** The head of an answer of the backend "app", whose body is read, too. */
    private static String answerHead(Socket socket, String path) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            assertThat(next).as(() -> "the connection ends after: " + head).isNotNegative();
            head.append((char) next);
        }
        assertThat(socket.getInputStream().readNBytes("app".length()))
                .asString()
                .isEqualTo("app");
        return head.toString();
    }

    private static String get(String name, String... headers) {
        StringBuilder request =
                new StringBuilder("GET /" + name + " HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    /** The request of that name, as the backend got it. */
    private static Got got(String name) {
        return fleet.backend("app").requests().stream()
                .filter(request -> request.path().equals("/" + name))
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    private static int port(String listener) {
        return Objects.requireNonNull(PORTS.get(listener), listener);
    }

    private static String firstLine(String listener, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(listener))) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return String.valueOf(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))
                            .readLine());
        }
    }

    /** What comes until the connection is closed. */
    private static String exchange(String listener, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(listener))) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
