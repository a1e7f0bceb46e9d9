package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fields of BackendTrafficPolicies that decide which endpoints get requests, and when they are called: health checks, slow start, retries, DNS.
 * Each policy has a path of its own, and is in the real Envoy.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class EndpointFieldsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int REQUESTS = 100;
    private static final int MANY = 16;
    private static final int FIVE = 5;
    private static final Duration JITTER = Duration.ofSeconds(4);
    private static final Duration WINDOW = Duration.ofSeconds(20);

    /** In percent of the requests: an endpoint in slow start has less, any other has more. */
    private static final int FEW = 30;

    /** Policies by the backend that they are for, and by their paths. */
    private static final Map<String, Map<String, String>> POLICIES = new TreeMap<>(Map.of(
            "pair",
            Map.of(
                    "slowly",
                    "loadBalancer: {type: RoundRobin, slowStart: {window: 20s}}\n"
                            + "  healthCheck: {panicThreshold: 0, active: {type: HTTP, interval: 100ms, http: {path: /check/slowly}}}",
                    "at-once",
                    "loadBalancer: {type: RoundRobin}\n"
                            + "  healthCheck: {panicThreshold: 0, active: {type: HTTP, interval: 100ms, http: {path: /check/at-once}}}"),
            "many",
            Map.of(
                    "spread",
                    "healthCheck: {active: {type: HTTP, interval: 100ms, initialJitter: 4s, http: {path: /check/spread}}}",
                    "together",
                    "healthCheck: {active: {type: HTTP, interval: 100ms, http: {path: /check/together}}}"),
            "one",
            Map.of(
                    "patient",
                    "healthCheck: {panicThreshold: 0, active: {type: HTTP, interval: 100ms, unhealthyThreshold: 1000,"
                            + " http: {path: /check/patient, retriableStatuses: [503]}}}",
                    "strict",
                    "healthCheck: {panicThreshold: 0, active: {type: HTTP, interval: 100ms, unhealthyThreshold: 1000,"
                            + " http: {path: /check/strict}}}",
                    "patched",
                    "healthCheck: {active: {type: HTTP, interval: 100ms, http: {path: /check/patched}}}",
                    "short-waits",
                    "retry: {numRetries: 20, retryOn: {httpStatusCodes: [500]},"
                            + " perRetry: {backOff: {baseInterval: 20ms, maxInterval: 20ms}}}",
                    "longer-waits",
                    "retry: {numRetries: 20, retryOn: {httpStatusCodes: [500]}, perRetry: {backOff: {baseInterval: 20ms}}}"),
            "five",
            Map.of(
                    "share",
                    "healthCheck: {passive: {interval: 5s, consecutive5XxErrors: 1000000, failurePercentageThreshold: 50,"
                            + " baseEjectionTime: 1h, maxEjectionPercent: 100}}",
                    "no-share",
                    "healthCheck: {passive: {interval: 5s, consecutive5XxErrors: 1000000, baseEjectionTime: 1h,"
                            + " maxEjectionPercent: 100}}"),
            "minded",
            Map.of("minded", "dns: {lookupFamily: IPv4, dnsRefreshRate: 1h, respectDnsTtl: true}"),
            "unminded",
            Map.of("unminded", "dns: {lookupFamily: IPv4, dnsRefreshRate: 1h, respectDnsTtl: false}")));

    @TempDir
    private static Path folder;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final List<Endpoint> ENDPOINTS = new ArrayList<>();
    private static NameServer names;
    private static FieldsFleet fleet;
    private static int port;
    private static long started;

    private static Endpoint steady;
    private static Endpoint late;
    private static Endpoint one;
    private static final List<Endpoint> ALL = new ArrayList<>();
    private static final List<Endpoint> SOME = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        port = FreePorts.one();
        names = NameServer.start();
        steady = Endpoint.start();
        late = Endpoint.start();
        late.checked = 503;
        one = Endpoint.start();
        for (int i = 0; i < MANY; i++) {
            ALL.add(Endpoint.start());
        }
        for (int i = 0; i < FIVE; i++) {
            SOME.add(Endpoint.start());
        }
        // One alone would be left for its success rate, too, which Envoy compares with the others'.
        SOME.getFirst().answered = 500;
        SOME.getLast().answered = 500;
        StringBuilder objects = new StringBuilder(
                """
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
                  bootstrap:
                    type: Merge
                    value: |
                      typed_dns_resolver_config:
                        name: envoy.network.dns_resolver.cares
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig
                          resolvers: [{socket_address: {address: 127.0.0.1, port_value: ${names}}}]
                """.replace("${port}", String.valueOf(port)).replace("${names}", String.valueOf(names.port())));
        objects.append(backend("pair", List.of(steady, late)));
        objects.append(backend("many", ALL));
        objects.append(backend("one", List.of(one)));
        objects.append(backend("five", SOME));
        for (String name : List.of("minded", "unminded")) {
            objects.append("""
                    ---
                    apiVersion: gateway.envoyproxy.io/v1alpha1
                    kind: Backend
                    metadata: {name: ${name}, namespace: default}
                    spec: {endpoints: [{fqdn: {hostname: ${name}.test, port: ${one}}}]}
                    """.replace("${name}", name).replace("${one}", String.valueOf(one.port())));
        }
        POLICIES.forEach((backend, policies) ->
                policies.forEach((name, policy) -> objects.append(routed(name, backend, policy))));
        fleet = FieldsFleet.start(folder, objects.toString(), Map.of());
        started = System.nanoTime();
    }

    private static String backend(String name, List<Endpoint> endpoints) {
        List<String> addresses = endpoints.stream()
                .map(each -> "{ip: {address: 203.0.113.1, port: " + each.port() + "}}")
                .toList();
        return """
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: %s, namespace: default}
                spec: {endpoints: %s}
                """.formatted(name, addresses);
    }

    private static String routed(String name, String backend, String policy) {
        return """
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: ${name}, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /${name}}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: ${backend}}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: ${name}, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
                  ${policy}
                """.replace("${name}", name).replace("${backend}", backend).replace("${policy}", policy);
    }

    @AfterAll
    static void stop() {
        fleet.close();
        ENDPOINTS.forEach(each -> each.server.stop(0));
        names.close();
        CLIENT.close();
    }

    /** A server that answers health checks with one status, and other requests with another. */
    private static final class Endpoint {
        private final HttpServer server;
        private final Map<String, AtomicInteger> got = new ConcurrentHashMap<>();
        private final Map<String, Long> first = new ConcurrentHashMap<>();
        private volatile int checked = 200;
        private volatile int answered = 200;

        private Endpoint(HttpServer server) {
            this.server = server;
        }

        static Endpoint start() throws IOException {
            Endpoint endpoint =
                    new Endpoint(HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0));
            endpoint.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            endpoint.server.createContext("/", endpoint::answer);
            endpoint.server.start();
            ENDPOINTS.add(endpoint);
            return endpoint;
        }

        int port() {
            return server.getAddress().getPort();
        }

        int got(String path) {
            return got.getOrDefault(path, new AtomicInteger()).get();
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                first.putIfAbsent(path, System.nanoTime());
                got.computeIfAbsent(path, _ -> new AtomicInteger()).incrementAndGet();
                int status = path.startsWith("/check/") ? checked : path.endsWith("-waits") ? 500 : answered;
                byte[] body = String.valueOf(port()).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Test
    void anEndpointThatBecomesHealthyGetsItsShareSlowly() throws Exception {
        assertThat(share("/slowly") + share("/at-once")).isZero();
        // The other endpoint is then out of its own slow start.
        Await.until(() -> System.nanoTime() - started > WINDOW.toNanos(), SOON, () -> "the window is not over");
        late.checked = 200;
        Await.until(() -> late.got("/slowly") > 0 || share("/slowly") > 0, SOON, () -> "the endpoint gets no request");
        assertThat(share("/slowly")).isBetween(1, FEW);
        Await.until(() -> share("/at-once") > FEW, SOON, () -> "the endpoint gets few requests");
        assertThat(share("/slowly")).isBetween(1, FEW);
        Await.until(() -> share("/slowly") > FEW, SOON, () -> "the endpoint gets few requests after its window");
    }

    @Test
    void firstChecksAreSpreadOverTheirJitter() {
        Duration spread = spread("/check/spread");
        assertThat(spread).isBetween(JITTER.dividedBy(4), JITTER.multipliedBy(2));
        assertThat(spread("/check/together")).isLessThan(spread);
    }

    private static Duration spread(String path) {
        LongSummaryStatistics times = ALL.stream()
                .mapToLong(each -> each.first.getOrDefault(path, Long.MAX_VALUE))
                .summaryStatistics();
        return Duration.ofNanos(times.getMax() - times.getMin());
    }

    @Test
    void aStatusThatMayBeTriedAgainMakesAnEndpointUnhealthyAtTheThresholdOnly() throws Exception {
        assertThat(status("/patient")).isEqualTo(200);
        assertThat(status("/strict")).isEqualTo(200);
        one.checked = 503;
        Await.until(() -> status("/strict") == 503, SOON, () -> "the endpoint is healthy");
        int before = one.got("/check/patient");
        Await.until(() -> one.got("/check/patient") > before + 2, SOON, () -> "there are no more checks");
        assertThat(status("/patient")).isEqualTo(200);
    }

    @Test
    void aPatchCopiesAFieldOfAResource() {
        // No request is sent by this path: without the patch the second check is after a minute.
        Await.until(() -> one.got("/check/patched") > 5, Duration.ofSeconds(30), () -> "there are few checks");
    }

    @Test
    void retriesWaitNoLongerThanTheIntervalThatIsTheLongest() throws Exception {
        Duration capped = time("/short-waits");
        Duration growing = time("/longer-waits");
        assertThat(one.got("/short-waits")).isEqualTo(21);
        assertThat(one.got("/longer-waits")).isEqualTo(21);
        assertThat(capped).isLessThan(growing);
    }

    private static Duration time(String path) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        assertThat(status(path)).isEqualTo(500);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Test
    void endpointsAreLeftWhoseShareOfFailuresIsTooHigh() throws Exception {
        Await.until(
                () -> Collections.frequency(statuses("/share"), 500) == 0, SOON, () -> "the endpoints get requests");
        while (SOME.getFirst().got("/no-share") <= SOME.getFirst().got("/share")) {
            statuses("/no-share");
        }
        assertThat(statuses("/no-share")).contains(500);
    }

    @Test
    void aNameIsAskedForAgainAtTheEndOfItsTimeToLiveUnlessThePolicySaysOtherwise() throws Exception {
        assertThat(status("/minded")).isEqualTo(200);
        assertThat(status("/unminded")).isEqualTo(200);
        int before = names.asked("minded.test");
        Await.until(() -> names.asked("minded.test") > before + 1, SOON, () -> "the name is not asked for again");
        assertThat(names.asked("unminded.test")).isEqualTo(1);
    }

    /** How many requests of a hundred the late endpoint gets. */
    private static int share(String path) throws IOException, InterruptedException {
        int before = late.got(path);
        assertThat(statuses(path)).containsOnly(200);
        return late.got(path) - before;
    }

    private static List<Integer> statuses(String path) throws IOException, InterruptedException {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            statuses.add(status(path));
        }
        return statuses;
    }

    private static int status(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
