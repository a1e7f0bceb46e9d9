package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.controller.infrastructure.Http2.Manner;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More fields of BackendTrafficPolicies: retries and connections of the real Envoy, endpoints that fail, and tunnels. Each has a path of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TrafficDetailsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int REQUESTS = 30;

    /** Policies of routes to a backend that answers as it is asked. */
    private static final Map<String, String> OF_APP = new TreeMap<>(Map.of(
            "budget-none",
            "retry: {numRetries: 2, retryOn: {httpStatusCodes: [503]}}\n"
                    + "  circuitBreaker: {retryBudget: {percent: {numerator: 0}, minRetryConcurrency: 0}}",
            "budget-least",
            "retry: {numRetries: 2, retryOn: {httpStatusCodes: [503]}}\n"
                    + "  circuitBreaker: {retryBudget: {percent: {numerator: 0}, minRetryConcurrency: 3}}",
            "each-try",
            "retry: {numRetries: 1, retryOn: {triggers: [gateway-error]}, perRetry: {timeout: 200ms}}",
            "costs",
            "rateLimit: {local: {rules: [{clientSelectors: [{methods: [{value: GET}]}], limit: {requests: 10, unit: Hour},"
                    + " cost: {request: {from: Metadata, metadata: {namespace: costs, key: cost}}}}]}}"));

    /** Policies of routes to two endpoints, one of which is not there. */
    private static final Map<String, String> OF_HALF = new TreeMap<>(Map.of(
            "local-failures",
            "healthCheck: {panicThreshold: 0, passive: {splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 1,"
                    + " consecutive5XxErrors: 1000000, consecutiveGatewayErrors: 1000000,"
                    + " interval: 100ms, baseEjectionTime: 1h, maxEjectionPercent: 100}}",
            "few-local-failures",
            "healthCheck: {panicThreshold: 0, passive: {splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 1000000,"
                    + " consecutive5XxErrors: 1, consecutiveGatewayErrors: 1,"
                    + " interval: 100ms, baseEjectionTime: 1h, maxEjectionPercent: 100}}",
            "one-always",
            "healthCheck: {panicThreshold: 0, passive: {alwaysEjectOneEndpoint: true, consecutive5XxErrors: 1,"
                    + " interval: 100ms, baseEjectionTime: 1h, maxEjectionPercent: 1}}",
            "none-ever",
            "healthCheck: {panicThreshold: 0, passive: {alwaysEjectOneEndpoint: false, consecutive5XxErrors: 1,"
                    + " interval: 100ms, baseEjectionTime: 1h, maxEjectionPercent: 1}}"));

    /** Policies of routes to backends of their own, which speak HTTP/2. */
    private static final Map<String, String> OWN = new TreeMap<>(Map.of(
            "idle", "timeout: {http: {connectionIdleTimeout: 200ms}}",
            "short", "timeout: {http: {maxConnectionDuration: 200ms}}",
            "steady", "timeout: {http: {requestTimeout: 30s}}",
            "asked",
                    "healthCheck: {active: {type: GRPC, interval: 100ms, timeout: 1s, grpc: {service: name-of-service}}}",
            "ended", "httpUpgrade: [{type: CONNECT, connect: {terminate: true}}]",
            "passed", "httpUpgrade: [{type: CONNECT, connect: {terminate: false}}]"));

    @TempDir
    private static Path folder;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Map<String, Http2.Server> SERVERS = new HashMap<>();
    private static FieldsFleet fleet;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        port = FreePorts.one();
        Backend app = Backend.start("app");
        StringBuilder objects = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec: {gatewayClassName: gatehouse, listeners: [{name: http, protocol: HTTP, port: ${port}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: app, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: half, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}, {ip: {address: 203.0.113.1, port: ${nobody}}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyExtensionPolicy
                metadata: {name: costs, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: costs}]
                  lua:
                  - type: Inline
                    inline: |
                      function envoy_on_request(h)
                        h:streamInfo():dynamicMetadata():set("costs", "cost", tonumber(h:headers():get("x-cost")))
                      end
                """.replace("${port}", String.valueOf(port))
                .replace("${app}", String.valueOf(app.port()))
                .replace("${nobody}", String.valueOf(FreePorts.one())));
        OF_APP.forEach((name, policy) -> objects.append(routed(name, "app", policy)));
        OF_HALF.forEach((name, policy) -> objects.append(routed(name, "half", policy)));
        for (Map.Entry<String, String> own : OWN.entrySet()) {
            Http2.Server server = Http2.Server.start(Manner.FINE);
            SERVERS.put(own.getKey(), server);
            objects.append(
                    """
                    ---
                    apiVersion: gateway.envoyproxy.io/v1alpha1
                    kind: Backend
                    metadata: {name: ${name}, namespace: default}
                    spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${own}}}]${protocol}}
                    """.replace("${name}", own.getKey()).replace("${own}", String.valueOf(server.port())).replace(
                            "${protocol}",
                            isTunnel(own.getValue()) ? "" : ", appProtocols: [gateway.envoyproxy.io/h2c]"));
            objects.append(routed(own.getKey(), own.getKey(), own.getValue()));
        }
        fleet = FieldsFleet.start(folder, objects.toString(), Map.of("app", app));
    }

    private static String routed(String name, String backend, String policy) {
        return """
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: ${name}, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  ${hostnames}rules:
                  - matches: [{path: {value: ${path}}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: ${backend}}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: ${name}, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
                  ${policy}
                """.replace("${hostnames}", isTunnel(policy) ? "hostnames: [${name}.test]\n  " : "")
                .replace("${path}", isTunnel(policy) ? "/" : "/${name}")
                .replace("${name}", name)
                .replace("${backend}", backend)
                .replace("${policy}", policy);
    }

    /** A request for a tunnel has no path. */
    private static boolean isTunnel(String policy) {
        return policy.startsWith("httpUpgrade");
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
        for (Http2.Server server : SERVERS.values()) {
            server.close();
        }
        CLIENT.close();
    }

    @Test
    void aBudgetSaysHowManyRetriesThereAre() throws Exception {
        assertThat(status("/budget-none?status=503")).isEqualTo(503);
        assertThat(got("/budget-none")).isEqualTo(1);
        assertThat(status("/budget-least?status=503")).isEqualTo(503);
        assertThat(got("/budget-least")).isEqualTo(3);
    }

    @Test
    void eachTryHasItsTime() throws Exception {
        assertThat(status("/each-try?hold")).isEqualTo(504);
        assertThat(got("/each-try")).isEqualTo(2);
    }

    @Test
    void aRequestCostsWhatItsMetadataSay() throws Exception {
        assertThat(status("/costs", "x-cost", "6")).isEqualTo(200);
        assertThat(status("/costs", "x-cost", "6")).isEqualTo(429);
        assertThat(status("/costs", "x-cost", "4")).isEqualTo(200);
    }

    @Test
    void anEndpointThatIsNotThereIsLeftByFailuresOfTheProxysOwn() {
        Await.until(() -> statuses("local-failures").equals(Set.of(200)), SOON, () -> "the endpoint is not left");
    }

    @Test
    void failuresOfTheProxysOwnAreNotThoseOfTheBackendWhereTheyAreSplit() throws Exception {
        assertThat(statuses("few-local-failures")).containsExactlyInAnyOrder(200, 503);
        assertThat(statuses("few-local-failures")).containsExactlyInAnyOrder(200, 503);
    }

    @Test
    void oneEndpointIsLeftWhateverTheShareThatMayBe() throws Exception {
        Await.until(() -> statuses("one-always").equals(Set.of(200)), SOON, () -> "the endpoint is not left");
        assertThat(statuses("none-ever")).containsExactlyInAnyOrder(200, 503);
        assertThat(statuses("none-ever")).containsExactlyInAnyOrder(200, 503);
    }

    @Test
    void aConnectionToABackendEndsInItsTime() throws Exception {
        for (String name : new String[] {"steady", "idle", "short"}) {
            assertThat(status("/" + name)).isEqualTo(200);
        }
        for (String name : new String[] {"idle", "short"}) {
            Await.until(
                    () -> server(name).connections().getFirst().ended(),
                    SOON,
                    () -> name + ": the connection is there");
        }
        assertThat(server("steady").connections().getFirst().ended()).isFalse();
    }

    @Test
    void aHealthCheckAsksForItsService() {
        Await.until(
                () -> server("asked").connections().stream()
                        .anyMatch(connection -> connection.has(frame -> frame.type() == Http2.DATA
                                && new String(frame.payload(), StandardCharsets.ISO_8859_1)
                                        .contains("name-of-service"))),
                SOON,
                () -> "no check asks for the service");
    }

    @Test
    void aTunnelEndsAtTheProxyOrAtTheBackend() throws Exception {
        String bytes = "twenty-four bytes at all";
        tunnel("ended", bytes);
        Await.until(() -> server("ended").strangers().contains(bytes), SOON, () -> "the bytes did not come");
        tunnel("passed", bytes);
        Await.until(
                () -> server("passed").strangers().stream().anyMatch(begin -> begin.startsWith("CONNECT passed.test")),
                SOON,
                () -> "the request did not come");
    }

    private static void tunnel(String name, String bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            String request = "CONNECT " + name + ".test:80 HTTP/1.1\r\nHost: " + name + ".test:80\r\n\r\n";
            socket.getOutputStream().write((request + bytes).getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
    }

    private static Http2.Server server(String name) {
        return Objects.requireNonNull(SERVERS.get(name), name);
    }

    private static long got(String path) {
        return fleet.backend("app").requests().stream()
                .filter(request -> request.path().equals(path))
                .count();
    }

    private static Set<Integer> statuses(String name) throws IOException, InterruptedException {
        Set<Integer> statuses = new HashSet<>();
        for (int i = 0; i < REQUESTS; i++) {
            statuses.add(status("/" + name));
        }
        return statuses;
    }

    private static int status(String target, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target));
        return CLIENT.send(
                        (headers.length == 0 ? request : request.headers(headers)).build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
