package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fields of BackendTrafficPolicies that are about connections to backends, in the real Envoy: how many there are, and how many bytes wait in them.
 * Each policy has a path and backends of its own.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ConnectionFieldsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration SILENCE = Duration.ofSeconds(2);
    private static final int MEBIBYTE = 1 << 20;

    /** More than all buffers of the kernel on the way take. */
    private static final int UPLOAD = 48 * MEBIBYTE;

    /** Policies of routes to servers that take connections and read nothing. */
    private static final Map<String, String> DEAF = new TreeMap<>(Map.of(
            "small-buffer", "connection: {bufferLimit: 32Ki}",
            "large-buffer", "connection: {bufferLimit: 64Mi}",
            "small-socket", "connection: {bufferLimit: 64Mi, socketBufferLimit: 16Ki}"));

    /** Policies of routes to a backend that holds its answers, or sends many bytes. */
    private static final Map<String, String> OF_APP = new TreeMap<>(
            Map.of(
                    "narrow", "circuitBreaker: {perEndpoint: {maxConnections: 2}}",
                    "wide", "timeout: {http: {requestTimeout: 1h}}",
                    "told",
                            "bandwidthLimit: {response: {limit: {value: 1Ki, unit: Second}, responseTrailers: {prefix: x-slowed}}}"));

    @TempDir
    private static Path folder;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Map<String, Deaf> SERVERS = new HashMap<>();
    private static RawBackend large;
    private static FieldsFleet fleet;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        port = FreePorts.one();
        Backend app = Backend.start("app");
        large = RawBackend.start(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n800\r\n" + "x".repeat(0x800) + "\r\n0\r\n\r\n");
        StringBuilder objects = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec: {gatewayClassName: gatehouse, listeners: [{name: http, protocol: HTTP, port: ${port}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: ClientTrafficPolicy
                metadata: {name: gw, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]
                  http1: {enableTrailers: true}
                """.replace("${port}", String.valueOf(port)));
        for (Map.Entry<String, String> each : DEAF.entrySet()) {
            Deaf server = Deaf.start();
            SERVERS.put(each.getKey(), server);
            objects.append(routed(each.getKey(), each.getValue(), server.port()));
        }
        OF_APP.forEach((name, policy) ->
                objects.append(routed(name, policy, name.equals("told") ? large.port() : app.port())));
        fleet = FieldsFleet.start(folder, objects.toString(), Map.of("app", app));
    }

    private static String routed(String name, String policy, int backend) {
        return """
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: ${name}, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${backend}}}]}
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
                kind: BackendTrafficPolicy
                metadata: {name: ${name}, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
                  ${policy}
                """.replace("${name}", name)
                .replace("${backend}", String.valueOf(backend))
                .replace("${policy}", policy);
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
        for (Deaf each : SERVERS.values()) {
            each.close();
        }
        large.close();
        CLIENT.close();
    }

    /** A server that takes connections with a small buffer, and reads nothing. */
    private record Deaf(ServerSocket server, List<Socket> connections) implements AutoCloseable {
        private static final int BUFFER = 4096;

        static Deaf start() throws IOException {
            ServerSocket server = new ServerSocket();
            server.setReceiveBufferSize(BUFFER);
            server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            Deaf deaf = new Deaf(server, new CopyOnWriteArrayList<>());
            Thread.ofVirtual().start(deaf::accept);
            return deaf;
        }

        private void accept() {
            while (!server.isClosed()) {
                try {
                    connections.add(server.accept());
                } catch (IOException e) {
                    // The server is closed.
                }
            }
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket each : connections) {
                each.close();
            }
        }
    }

    @Test
    void asManyBytesWaitForABackendAsItsBufferTakes() throws Exception {
        assertThat(taken("large-buffer")).isEqualTo(UPLOAD);
        assertThat(taken("small-buffer")).isLessThan(UPLOAD / 2);
    }

    @Test
    void aConnectionHasTheBufferOfTheKernelThatThePolicySays() throws Exception {
        taken("large-buffer");
        taken("small-socket");
        assertThat(sendQueue("large-buffer")).isGreaterThan(256 << 10);
        // The kernel doubles what is asked for.
        assertThat(sendQueue("small-socket")).isBetween(1L, 64L << 10);
    }

    /** How many bytes of a body the proxy takes, until it takes none for a while. */
    private static int taken(String name) throws IOException {
        try (SocketChannel client = SocketChannel.open(new InetSocketAddress("127.0.0.1", port))) {
            client.write(ByteBuffer.wrap(
                    ("POST /" + name + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + (UPLOAD + 1) + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII)));
            client.configureBlocking(false);
            ByteBuffer body = ByteBuffer.allocate(UPLOAD);
            long last = System.nanoTime();
            while (body.hasRemaining() && System.nanoTime() - last < SILENCE.toNanos()) {
                if (client.write(body) > 0) {
                    last = System.nanoTime();
                } else {
                    Thread.onSpinWait();
                }
            }
            return body.position();
        }
    }

    /** How many bytes wait in the kernel for the backend (proc(5), {@code tx_queue}). */
    private static long sendQueue(String name) throws IOException {
        String remote =
                "%04X".formatted(Objects.requireNonNull(SERVERS.get(name)).port());
        return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(line -> line[2].endsWith(":" + remote))
                .mapToLong(line -> Long.parseLong(line[4].substring(0, line[4].indexOf(':')), 16))
                .max()
                .orElse(0);
    }

    @Test
    void anEndpointHasAsManyConnectionsAsThePolicyLets() {
        List<CompletableFuture<Integer>> narrow = held("/narrow");
        List<CompletableFuture<Integer>> wide = held("/wide");
        Await.until(() -> got("/wide") == 4 && got("/narrow") >= 2, SOON, () -> "the requests did not come");
        assertThat(got("/narrow")).isEqualTo(2);
        fleet.backend("app").release();
        assertThat(Stream.concat(narrow.stream(), wide.stream()).map(CompletableFuture::join))
                .containsOnly(200);
        assertThat(got("/narrow")).isEqualTo(4);
    }

    private static List<CompletableFuture<Integer>> held(String path) {
        return Stream.generate(() -> CLIENT.sendAsync(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path + "?hold"))
                                        .version(HttpClient.Version.HTTP_1_1)
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .thenApply(HttpResponse::statusCode))
                .limit(4)
                .toList();
    }

    private static long got(String path) {
        return fleet.backend("app").requests().stream()
                .filter(request -> request.path().equals(path))
                .count();
    }

    @Test
    void aResponseThatIsSlowedDownSaysSoInItsTrailers() throws Exception {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream()
                    .write("GET /told HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String response = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(response.substring(response.lastIndexOf("\r\n0\r\n")))
                    .contains("x-slowed-bandwidth-response-delay-ms:");
        }
    }
}
