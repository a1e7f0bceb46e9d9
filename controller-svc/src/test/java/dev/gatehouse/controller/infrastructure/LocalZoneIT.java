package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which zone the real Envoy of a fleet sends requests to: it runs in zone a, with another proxy in zone b, and the backend has an endpoint
 * in each.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LocalZoneIT {
    private static final int REQUESTS = 40;
    private static final String IN_A = "127.0.11.1";
    private static final String IN_B = "127.0.11.2";
    private static final String IN_B_TOO = "127.0.11.3";

    private static final String UNEVEN = "{addresses: [203.0.113.1], zone: a},"
            + " {addresses: [203.0.113.2], zone: b}, {addresses: [203.0.113.3], zone: b}";

    @TempDir
    private static Path folder;

    private static List<HttpServer> backends;
    private static RealEnvoy envoy;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        backends = backends();
        port = FreePorts.one();
        Path file = Files.writeString(folder.resolve("in.yaml"), objects());
        OfflineTranslation translation = FleetGolden.translate(file);
        assertThat(translation.problems()).isEmpty();
        envoy = FleetEnvoy.start(
                        translation,
                        folder,
                        _ -> true,
                        text -> text.replace("203.0.113.1", IN_A)
                                .replace("203.0.113.2", IN_B)
                                .replace("203.0.113.3", IN_B_TOO),
                        "a")
                .awaitReady();
    }

    @AfterAll
    static void stop() {
        envoy.close();
        backends.forEach(each -> each.stop(0));
    }

    @Test
    void requestsGoToAllZonesByDefault() throws Exception {
        assertThat(zones("/plain")).containsExactly("a", "b");
    }

    @Test
    void forceKeepsAllInTheZone() throws Exception {
        assertThat(zones("/force")).containsExactly("a");
    }

    @Test
    void forceNeedsEnoughEndpointsInAllZonesToo() throws Exception {
        assertThat(zones("/force-six")).containsExactly("a", "b");
    }

    @Test
    void aZoneWithLessThanItsFairShareGivesSomeAway() throws Exception {
        assertThat(zones("/small-share")).containsExactly("a", "b");
    }

    @Test
    void forceCountsWhereTheZoneHasEnoughEndpoints() throws Exception {
        assertThat(zones("/force-two")).containsExactly("a", "b");
    }

    @Test
    void aZoneWithItsFairShareKeepsItsRequests() throws Exception {
        assertThat(zones("/share")).containsExactly("a");
    }

    @Test
    void backendsWithFewEndpointsAreNotSplitByZones() throws Exception {
        assertThat(zones("/few")).containsExactly("a", "b");
    }

    @Test
    void aPercentageOfRequestsAsksForTheZone() throws Exception {
        assertThat(zones("/none")).containsExactly("a", "b");
    }

    @Test
    void aServiceWithTrafficDistributionIsForced() throws Exception {
        assertThat(zones("/distributed")).containsExactly("a");
    }

    @Test
    void aPolicyThatSaysNothingOfZonesLeavesWhatTheServiceSays() throws Exception {
        assertThat(zones("/distributed-random")).containsExactly("a");
    }

    @Test
    void whileTheZoneHasNoEndpointTheOthersServe() throws Exception {
        assertThat(zones("/elsewhere")).containsExactly("b");
    }

    @Test
    void theFirstBackendOfAFallbackKeepsItsZone() throws Exception {
        assertThat(zones("/fallback")).containsExactly("a");
    }

    /** Which zones answer. */
    private static Set<String> zones(String path) throws IOException, InterruptedException {
        Set<String> zones = new TreeSet<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < REQUESTS; i++) {
                HttpResponse<String> response = client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).as(path).isEqualTo(200);
                zones.add(response.body());
            }
        }
        return zones;
    }

    /** Servers that answer with their zone, on one port of their addresses. */
    private static List<HttpServer> backends() throws IOException {
        while (true) {
            HttpServer first = server(IN_A, 0, "a");
            try {
                HttpServer second = server(IN_B, first.getAddress().getPort(), "b");
                try {
                    return List.of(
                            first, second, server(IN_B_TOO, first.getAddress().getPort(), "b"));
                } catch (BindException e) {
                    second.stop(0);
                    throw e;
                }
            } catch (BindException e) {
                first.stop(0);
            }
        }
    }

    private static HttpServer server(String address, int port, String zone) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(address), port), 0);
        server.createContext("/", exchange -> {
            byte[] body = zone.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String objects() {
        int backend = backends.getFirst().getAddress().getPort();
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: gatehouse
                  listeners:
                  - {name: http, protocol: HTTP, port: %d}
                ---
                apiVersion: v1
                kind: Service
                metadata:
                  name: fleet
                  namespace: envoy-gateway-system
                  labels:
                    gateway.envoyproxy.io/owning-gateway-name: gw
                    gateway.envoyproxy.io/owning-gateway-namespace: default
                spec: {ports: [{port: %d}]}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: fleet-1
                  namespace: envoy-gateway-system
                  labels: {kubernetes.io/service-name: fleet}
                addressType: IPv4
                endpoints:
                - {addresses: [203.0.113.11], zone: a}
                - {addresses: [203.0.113.12], zone: b}
                ports: [{port: 10080}]
                """.formatted(port, port)
                + service(
                        "app", backend, "", "{addresses: [203.0.113.1], zone: a}, {addresses: [203.0.113.2], zone: b}")
                + service("uneven", backend, "", UNEVEN)
                + service("near", backend, "trafficDistribution: PreferSameZone, ", UNEVEN)
                + service("far", backend, "trafficDistribution: PreferClose, ", "{addresses: [203.0.113.2], zone: b}")
                + """
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: first, namespace: default}
                spec:
                  endpoints:
                  - {ip: {address: 203.0.113.1, port: %d}, zone: a}
                  - {ip: {address: 203.0.113.2, port: %d}, zone: b}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: spare, namespace: default}
                spec:
                  fallback: true
                  endpoints:
                  - {ip: {address: 203.0.113.2, port: %d}, zone: b}
                """.formatted(backend, backend, backend)
                + route("plain", service("app", backend), "")
                + route(
                        "force",
                        service("uneven", backend),
                        "loadBalancer: {type: RoundRobin, zoneAware: {preferLocal: {minEndpointsThreshold: 1, force: {}}}}")
                + route(
                        "force-six",
                        service("uneven", backend),
                        "loadBalancer: {type: RoundRobin, zoneAware: {preferLocal: {force: {}}}}")
                + route(
                        "small-share",
                        service("uneven", backend),
                        "loadBalancer: {type: RoundRobin, zoneAware: {preferLocal: {minEndpointsThreshold: 1}}}")
                + route(
                        "force-two",
                        service("uneven", backend),
                        "loadBalancer: {type: RoundRobin, zoneAware: {preferLocal: {minEndpointsThreshold: 1, force: {minEndpointsInZoneThreshold: 2}}}}")
                + route(
                        "share",
                        service("app", backend),
                        "loadBalancer: {type: RoundRobin, zoneAware: {preferLocal: {minEndpointsThreshold: 1}}}")
                + route(
                        "few",
                        service("app", backend),
                        "loadBalancer: {type: RoundRobin, zoneAware: {preferLocal: {minEndpointsThreshold: 3}}}")
                + route(
                        "none",
                        service("app", backend),
                        "loadBalancer: {type: RoundRobin, zoneAware: {preferLocal: {minEndpointsThreshold: 1, percentageEnabled: 0}}}")
                + route("distributed", service("near", backend), "")
                + route("distributed-random", service("near", backend), "loadBalancer: {type: Random}")
                + route("elsewhere", service("far", backend), "")
                + route(
                        "fallback",
                        backend("first") + ", " + backend("spare"),
                        "loadBalancer: {type: RoundRobin, zoneAware: {preferLocal: {minEndpointsThreshold: 1, force: {}}}}");
    }

    private static String service(String name, int port, String distribution, String endpoints) {
        return """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: default}
                spec: {%sports: [{port: %d}]}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: %s-1
                  namespace: default
                  labels: {kubernetes.io/service-name: %s}
                addressType: IPv4
                endpoints: [%s]
                ports: [{port: %d}]
                """.formatted(name, distribution, port, name, name, endpoints, port);
    }

    private static String service(String name, int port) {
        return "{name: " + name + ", port: " + port + "}";
    }

    private static String backend(String name) {
        return "{group: gateway.envoyproxy.io, kind: Backend, name: " + name + "}";
    }

    private static String route(String name, String backends, String settings) {
        return """
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: %s, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {type: Exact, value: /%s}}]
                    backendRefs: [%s]
                """.formatted(name, name, backends) + (settings.isEmpty() ? "" : """
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: %s, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: %s}]
                  %s
                """.formatted(name, name, settings));
    }
}
