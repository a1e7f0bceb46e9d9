package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.infrastructure.Http2.Connection;
import dev.gatehouse.controller.infrastructure.Http2.Manner;
import dev.gatehouse.controller.infrastructure.Http2.Server;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fields of {@code http2} of BackendTrafficPolicies and ClientTrafficPolicies: the frames that the real Envoy sends. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class Http2FieldsIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final long DEFAULT_WINDOW = 65_535;
    private static final long STREAM_WINDOW = 128 << 10;
    private static final long CONNECTION_WINDOW = 2 << 20;

    /** A backend's manner, by the path that leads to it. */
    private static final Map<String, Manner> BACKENDS = new TreeMap<>(Map.of(
            "window", Manner.FINE,
            "streams", Manner.SLOW,
            "pings", Manner.SLOW,
            "mute", Manner.MUTE,
            "rested", Manner.FINE,
            "lenient", Manner.WRONG,
            "strict", Manner.WRONG,
            "same", Manner.FINE));

    private static final Map<String, String> TRAFFIC = new TreeMap<>(Map.of(
            "window",
            "http2: {initialStreamWindowSize: 128Ki, initialConnectionWindowSize: 2Mi}",
            "streams",
            "http2: {maxConcurrentStreams: 1}",
            "pings",
            "http2: {connectionKeepalive: {interval: 2s, timeout: 1s, intervalJitter: 10}}",
            "mute",
            "http2: {connectionKeepalive: {interval: 200ms, timeout: 100ms}}",
            "rested",
            "http2: {connectionKeepalive: {interval: 1h, timeout: 10s, idleInterval: 10ms}}",
            "lenient",
            "http2: {onInvalidMessage: TerminateStream}",
            "strict",
            "http2: {onInvalidMessage: TerminateConnection}",
            "same",
            "useClientProtocol: true"));

    private static final Map<String, String> CLIENTS = new TreeMap<>(Map.of(
            "plain",
            "http2: {initialStreamWindowSize: 128Ki, initialConnectionWindowSize: 2Mi, maxConcurrentStreams: 7}",
            "pinged",
            "http2: {connectionKeepalive: {interval: 200ms, timeout: 100ms}}",
            "lenient",
            "http2: {onInvalidMessage: TerminateStream}",
            "strict",
            "http2: {onInvalidMessage: TerminateConnection}"));

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Map<String, Server> SERVERS = new HashMap<>();
    private static final Map<String, Integer> PORTS = new HashMap<>();

    @TempDir
    private static Path folder;

    private static FieldsFleet fleet;

    @BeforeAll
    static void start() throws IOException {
        StringBuilder objects = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: gatehouse
                  listeners:
                """);
        for (String name : CLIENTS.keySet()) {
            PORTS.put(name, FreePorts.one());
            objects.append("  - {name: ")
                    .append(name)
                    .append(", protocol: HTTP, port: ")
                    .append(PORTS.get(name))
                    .append("}\n");
        }
        for (Map.Entry<String, Manner> each : BACKENDS.entrySet()) {
            SERVERS.put(each.getKey(), Server.start(each.getValue()));
            objects.append(backend(each.getKey()));
        }
        TRAFFIC.forEach((name, spec) -> objects.append("""
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: ${name}, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
                """.replace("${name}", name))
                .append("  ")
                .append(spec)
                .append('\n'));
        CLIENTS.forEach((name, spec) -> objects.append("""
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: ClientTrafficPolicy
                metadata: {name: ${name}, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw, sectionName: ${name}}]
                """.replace("${name}", name))
                .append("  ")
                .append(spec)
                .append('\n'));
        fleet = FieldsFleet.start(folder, objects.toString(), Map.of());
    }

    private static String backend(String name) {
        return """
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: ${name}, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /${name}}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: ${name}}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: ${name}, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${port}}}], ${protocol}}
                """.replace("${name}", name)
                .replace("${port}", String.valueOf(server(name).port()))
                .replace(", ${protocol}", name.equals("same") ? "" : ", appProtocols: [gateway.envoyproxy.io/h2c]");
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
        for (Server server : SERVERS.values()) {
            server.close();
        }
        CLIENT.close();
    }

    @Test
    void aBackendHasTheWindowsOfItsPolicy() throws Exception {
        assertThat(send("window")).isEqualTo(200);
        Connection connection = server("window").connections().getFirst();
        assertThat(connection.has(
                        frame -> frame.setting(Http2.INITIAL_WINDOW_SIZE).orElse(0) == STREAM_WINDOW))
                .isTrue();
        awaitWindow(connection);
    }

    @Test
    void aConnectionToABackendHasAsManyStreamsAsItsPolicySays() {
        CompletableFuture<Integer> one = later("streams");
        CompletableFuture<Integer> two = later("streams");
        Await.until(() -> server("streams").connections().size() == 2, SOON, () -> "one connection has both");
        server("streams").open();
        assertThat(one.join()).isEqualTo(200);
        assertThat(two.join()).isEqualTo(200);
    }

    @Test
    void aBackendIsPingedAndLeftWhereItIsMute() {
        CompletableFuture<Integer> answer = later("pings");
        Await.until(
                () -> server("pings").connections().stream().anyMatch(each -> each.has(Http2.PING)),
                SOON,
                () -> "no ping came");
        server("pings").open();
        assertThat(answer.join()).isEqualTo(200);
        assertThat(later("mute").join()).isEqualTo(503);
    }

    @Test
    void aConnectionThatRestedIsPingedFirst() {
        Await.until(
                () -> send("rested") == 200
                        && server("rested").connections().stream().anyMatch(each -> each.has(Http2.PING)),
                SOON,
                () -> "no ping came");
    }

    @Test
    void anAnswerThatIsNoneEndsItsStreamOrItsConnection() throws Exception {
        assertThat(send("lenient")).isEqualTo(502);
        assertThat(send("lenient")).isEqualTo(502);
        assertThat(server("lenient").connections()).hasSize(1);
        assertThat(send("strict")).isEqualTo(502);
        assertThat(send("strict")).isEqualTo(502);
        assertThat(server("strict").connections()).hasSize(2);
    }

    @Test
    void aBackendIsSpokenToAsTheClientSpeaks() throws Exception {
        send("same");
        assertThat(server("same").strangers()).anyMatch(begin -> begin.startsWith("GET /same"));
        assertThat(server("same").connections()).isEmpty();
        try (Connection client = Connection.open(port("plain"), true)) {
            client.get(1, "/same", "");
            Await.until(() -> client.has(Http2.HEADERS), SOON, () -> "no answer came");
        }
        assertThat(server("same").connections()).hasSize(1);
    }

    @Test
    void aClientHasTheWindowsAndStreamsOfItsPolicy() throws Exception {
        try (Connection client = Connection.open(port("plain"), true)) {
            Await.until(() -> client.has(Http2.SETTINGS), SOON, () -> "no settings came");
            assertThat(client.has(
                            frame -> frame.setting(Http2.INITIAL_WINDOW_SIZE).orElse(0) == STREAM_WINDOW))
                    .isTrue();
            assertThat(client.has(
                            frame -> frame.setting(Http2.MAX_CONCURRENT_STREAMS).orElse(0) == 7))
                    .isTrue();
            awaitWindow(client);
        }
    }

    @Test
    void aClientThatDoesNotAnswerPingsIsLeft() throws Exception {
        try (Connection client = Connection.open(port("pinged"), false)) {
            Await.until(() -> client.has(Http2.PING), SOON, () -> "no ping came");
            Await.until(client::ended, SOON, () -> "the connection is still there");
        }
    }

    @Test
    void aRequestThatIsNoneEndsItsStreamOrItsConnection() throws Exception {
        try (Connection client = Connection.open(port("lenient"), true)) {
            client.get(1, "/window", "X");
            Await.until(() -> client.has(Http2.RESET), SOON, () -> "the stream goes on");
            client.get(3, "/window", "");
            Await.until(() -> client.has(Http2.HEADERS), SOON, () -> "the connection is of no use");
        }
        try (Connection client = Connection.open(port("strict"), true)) {
            client.get(1, "/window", "X");
            Await.until(client::ended, SOON, () -> "the connection is still there");
        }
    }

    private static void awaitWindow(Connection connection) {
        Await.until(
                () -> connection.has(frame -> frame.type() == Http2.WINDOW_UPDATE
                        && frame.stream() == 0
                        && frame.number() == CONNECTION_WINDOW - DEFAULT_WINDOW),
                SOON,
                () -> "the window of the connection is not what the policy says");
    }

    private static Server server(String name) {
        return Objects.requireNonNull(SERVERS.get(name), name);
    }

    private static int port(String listener) {
        return Objects.requireNonNull(PORTS.get(listener), listener);
    }

    private static HttpRequest request(String name) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("plain") + "/" + name))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    private static int send(String name) throws IOException, InterruptedException {
        return CLIENT.send(request(name), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static CompletableFuture<Integer> later(String name) {
        return CLIENT.sendAsync(request(name), HttpResponse.BodyHandlers.discarding())
                .thenApply(HttpResponse::statusCode);
    }
}
