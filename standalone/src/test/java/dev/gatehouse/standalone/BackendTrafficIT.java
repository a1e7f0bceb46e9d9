package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every group of settings of a BackendTrafficPolicy, in a real Envoy: each has a hostname of its own, with two backends, a and b. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BackendTrafficIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int MANY = 12;

    private static final String HEAD = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: http, protocol: HTTP, port: ${port}}
              - {name: merged, protocol: HTTP, port: ${port}, hostname: "*.merged.test"}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: both, namespace: default}
            spec:
              endpoints: [{ip: {address: 127.0.0.1, port: ${a}}}, {ip: {address: 127.0.0.1, port: ${b}}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: named, namespace: default}
            spec:
              endpoints:
              - {hostname: a.hosts.test, ip: {address: 127.0.0.1, port: ${a}}}
              - {hostname: b.hosts.test, ip: {address: 127.0.0.1, port: ${b}}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: wire, namespace: default}
            spec:
              endpoints: [{ip: {address: 127.0.0.1, port: ${wire}}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: alone, namespace: default}
            spec:
              endpoints: [{ip: {address: 127.0.0.1, port: ${a}}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: dead, namespace: default}
            spec:
              endpoints: [{ip: {address: 127.0.0.1, port: ${dead}}}]
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: page, namespace: default}
            data: {response.body: "<h1>Sorry</h1>"}
            """;

    private static final String ROUTE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: front}]
              hostnames: [${name}.test]
              rules:
              - backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: ${backend}}]
            """;

    private static final String POLICY = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
            """;

    private static final String SHARED = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: together, namespace: default}
            spec:
              targetRefs:
              - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: shared-one}
              - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: shared-two}
              rateLimit: {global: {rules: [{limit: {requests: 2, unit: Year}, shared: true}]}}
            """;

    /** Rules of a listener, and of two routes of it that keep them; the third route has no policy. */
    private static final String MERGED = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: of-listener, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front, sectionName: merged}]
              rateLimit:
                global:
                  rules:
                  - {clientSelectors: [{headers: [{name: x-user, value: shared}]}], limit: {requests: 3, unit: Year}, shared: true}
                  - {clientSelectors: [{headers: [{name: x-user, value: each}]}], limit: {requests: 1, unit: Year}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: of-routes, namespace: default}
            spec:
              targetRefs:
              - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: one}
              - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: two}
              mergeType: StrategicMerge
              rateLimit:
                type: Global
                global:
                  rules:
                  - {clientSelectors: [{headers: [{name: x-user, value: routes}]}], limit: {requests: 1, unit: Year}, shared: true}
            """;

    /** Two rules of several selectors: no request is from both address ranges of the first. */
    private static final String ALL = "{clientSelectors: [{path: {value: /none}}, {sourceCIDR: {value: 10.0.0.0/8}},"
            + " {sourceCIDR: {value: 127.0.0.0/8}}], limit: {requests: 1, unit: Day}},"
            + " {clientSelectors: [{path: {value: /both}, sourceCIDR: {value: 127.0.0.0/8}},"
            + " {path: {type: RegularExpression, value: '/.*/in'}, sourceCIDR: {value: 127.0.0.1/32, type: Distinct}}],"
            + " limit: {requests: 1, unit: Day}}";

    private static final Map<String, String> POLICIES = Map.ofEntries(
            Map.entry(
                    "retries",
                    "retry: {numRetries: 3, retryOn: {triggers: [retriable-status-codes], httpStatusCodes: [503]},"
                            + " perRetry: {backOff: {baseInterval: 5ms}}}"),
            Map.entry(
                    "hash",
                    "loadBalancer: {type: ConsistentHash, consistentHash: {type: Headers, headers: [{name: x-user}]}}"),
            Map.entry(
                    "cookie",
                    "loadBalancer: {type: ConsistentHash, consistentHash: {type: Cookie, cookie: {name: who, ttl: 1h}}}"),
            Map.entry(
                    "override-endpoint",
                    "loadBalancer: {type: RoundRobin, endpointOverride: {extractFrom: [{header: x-endpoint}]}}"),
            Map.entry(
                    "ejects",
                    "healthCheck: {panicThreshold: 0, passive: {consecutive5XxErrors: 1, interval: 100ms,"
                            + " baseEjectionTime: 1h, maxEjectionPercent: 50}}"),
            Map.entry(
                    "checks",
                    "healthCheck: {panicThreshold: 0, active: {type: HTTP, interval: 100ms, unhealthyThreshold: 1,"
                            + " http: {path: /healthz}}}"),
            Map.entry(
                    "named",
                    "healthCheck: {panicThreshold: 0, active: {type: HTTP, interval: 100ms, unhealthyThreshold: 1,"
                            + " http: {path: /named}}}"),
            Map.entry("split-retries", "retry: {numRetries: 2, perRetry: {backOff: {baseInterval: 5ms}}}"),
            Map.entry(
                    "split-checks", "healthCheck: {panicThreshold: 0, active: {type: TCP, interval: 100ms, tcp: {}}}"),
            Map.entry("breaker", "circuitBreaker: {maxParallelRequests: 1}"),
            Map.entry("fresh", "circuitBreaker: {maxRequestsPerConnection: 1}"),
            Map.entry("timeout", "timeout: {http: {requestTimeout: 200ms}}"),
            Map.entry("stream", "timeout: {http: {maxStreamDuration: 300ms}}"),
            Map.entry("idle", "timeout: {http: {streamIdleTimeout: 300ms}}"),
            Map.entry("aborts", "faultInjection: {abort: {httpStatus: 418}}"),
            Map.entry("delays", "faultInjection: {delay: {fixedDelay: 400ms}}"),
            Map.entry(
                    "gzip", "compressor: [{type: Gzip, gzip: {}, minContentLength: 1Ki}, {type: Brotli, brotli: {}}]"),
            Map.entry("any-gzip", "compression: [{type: Gzip}]"),
            Map.entry(
                    "page",
                    "responseOverride: [{match: {statusCodes: [{type: Range, range: {start: 500, end: 599}}]}, source:"
                            + " Backend, response: {contentType: text/html, statusCode: 200, body: {type: ValueRef, valueRef:"
                            + " {group: '', kind: ConfigMap, name: page}}}}, {match: {statusCodes: [{value: 404}]}, redirect:"
                            + " {scheme: https, hostname: help.test, path: {type: ReplaceFullPath, replaceFullPath:"
                            + " /missing}}}, {match: {statusCodes: [{value: 418}]}, source: Local, response: {body: {inline:"
                            + " never}}}]"),
            Map.entry("buffer", "requestBuffer: {limit: 1Ki}"),
            Map.entry("slow", "bandwidthLimit: {response: {limit: {value: 2Ki, unit: Second}}}"),
            Map.entry("spdy", "httpUpgrade: [{type: spdy/3.1}]"),
            Map.entry("admission", "admissionControl: {samplingWindow: 60s, maxRejectionPercent: 100}"),
            Map.entry(
                    "local",
                    "rateLimit: {local: {rules: [{clientSelectors: [{headers: [{name: x-user, type: Distinct}], methods:"
                            + " [{value: GET}, {value: PUT}]}], limit: {requests: 2, unit: Hour}}]}}"),
            Map.entry(
                    "global",
                    "rateLimit: {global: {rules: [{clientSelectors: [{methods: [{value: GET}], path: {type: Exact, value:"
                            + " /limited}, sourceCIDR: {value: 127.0.0.0/8}, queryParams: [{name: user, type: Distinct}]}],"
                            + " limit: {requests: 2, unit: Year}}, {clientSelectors: [{headers: [{name: x-cost, value: five}]}],"
                            + " limit: {requests: 5, unit: Year}, cost: {request: {from: Number, number: 5}}},"
                            + " {clientSelectors: [{sourceCIDR: {value: 10.0.0.0/8, type: Distinct, invert: true}, headers:"
                            + " [{name: x-outside, value: 'yes'}]}], limit: {requests: 1, unit: Year}, xRateLimitHeaders:"
                            + " 'Off'}]}}"),
            Map.entry(
                    "alike",
                    "rateLimit: {global: {rules: [{clientSelectors: [{sourceCIDR: {value: 127.0.0.0/8, type: Distinct}}],"
                            + " limit: {requests: 3, unit: Year}}, {clientSelectors: [{sourceCIDR: {value: 127.0.0.0/8,"
                            + " type: Distinct}}], limit: {requests: 2, unit: Month}}]}}"),
            Map.entry(
                    "keys",
                    "rateLimit: {global: {rules: [{clientSelectors: [{headers: [{name: x-key, type: Distinct}]}],"
                            + " limit: {requests: 1, unit: Year}}]}}"),
            Map.entry("all-local", "rateLimit: {local: {rules: [" + ALL + "]}}"),
            Map.entry("all-global", "rateLimit: {global: {rules: [" + ALL + "]}}"),
            Map.entry("proxied", "proxyProtocol: {version: V1}"));

    private final CountDownLatch end = new CountDownLatch(1);
    private final Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
    private final Queue<Integer> clientPorts = new ConcurrentLinkedQueue<>();
    private final AtomicInteger held = new AtomicInteger();
    private final Queue<String> firstLines = new ConcurrentLinkedQueue<>();

    @SuppressWarnings("NullAway.Init")
    private HttpServer a;

    @SuppressWarnings("NullAway.Init")
    private HttpServer b;

    @SuppressWarnings("NullAway.Init")
    private ServerSocket wire;

    private int port;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        a = backend("a");
        b = backend("b");
        wire = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::listen);
        List<Integer> free = FreePorts.some(4);
        port = free.get(0);
        StringBuilder files = new StringBuilder(HEAD.replace("${port}", Integer.toString(port))
                .replace("${dead}", Integer.toString(free.get(3)))
                .replace("${a}", Integer.toString(a.getAddress().getPort()))
                .replace("${b}", Integer.toString(b.getAddress().getPort()))
                .replace("${wire}", Integer.toString(wire.getLocalPort())));
        for (String name : List.of("plain", "shared-one", "shared-two")) {
            files.append(route(name, "both"));
        }
        Map<String, String> others = Map.of("proxied", "wire", "named", "named");
        POLICIES.forEach((name, settings) -> files.append(route(name, others.getOrDefault(name, "both")))
                .append(POLICY.replace("${name}", name))
                .append("  ")
                .append(settings)
                .append('\n'));
        for (String name : List.of("one", "two", "three")) {
            files.append(route(name, "both")
                    .replace("parentRefs: [{name: front}]", "parentRefs: [{name: front, sectionName: merged}]")
                    .replace(name + ".test", name + ".merged.test"));
        }
        files.append(SHARED).append(MERGED);
        files.append(route("split", "alone"))
                .append(route("split-native", "alone"))
                .append("    retry: {attempts: 2}\n");
        files.append(route("breaker-two", "both"));
        String all = files.toString()
                .replace(
                        "kind: Backend, name: alone}]",
                        "kind: Backend, name: alone}, {group: gateway.envoyproxy.io, kind: Backend, name: dead}]")
                .replace(
                        "kind: HTTPRoute, name: breaker}]",
                        "kind: HTTPRoute, name: breaker}, {group: gateway.networking.k8s.io, kind: HTTPRoute, name: breaker-two}]");
        Files.writeString(folder.resolve("all.yaml"), all);
        gatehouse = ChildJvm.serving(free.get(1), free.get(2), folder);
    }

    private static String route(String name, String backend) {
        return ROUTE.replace("${name}", name).replace("${backend}", backend);
    }

    private HttpServer backend(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(name, exchange));
        server.start();
        return server;
    }

    /** What the path asks for: a status, a body of some size, one that fails twice, or one that comes never. */
    private void answer(String name, HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("x-backend", name);
        exchange.getResponseHeaders().set("content-type", "text/plain");
        int status = 200;
        int size = 10;
        if (path.startsWith("/status/")) {
            status = Integer.parseInt(path.substring("/status/".length()));
        } else if (path.startsWith("/bytes/")) {
            size = Integer.parseInt(path.substring("/bytes/".length()));
        } else if (path.startsWith("/flaky/")) {
            int attempt =
                    attempts.computeIfAbsent(path, _ -> new AtomicInteger()).incrementAndGet();
            status = attempt <= 2 ? 503 : 200;
        } else if (path.equals("/bad-on-b") && name.equals("b")) {
            status = 500;
        } else if (path.equals("/healthz") && name.equals("b")) {
            status = 503;
        } else if (path.equals("/named")
                && !exchange.getRequestHeaders().getFirst("Host").equals(name + ".hosts.test")) {
            status = 503;
        } else if (path.equals("/ports")) {
            clientPorts.add(exchange.getRemoteAddress().getPort());
        } else if (path.equals("/held")) {
            held.incrementAndGet();
            hold();
        }
        byte[] body = "x".repeat(size).getBytes(StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(status, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private void hold() {
        try {
            boolean unused = end.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen() {
        while (!wire.isClosed()) {
            try (Socket connection = wire.accept()) {
                StringBuilder line = new StringBuilder();
                for (int c = connection.getInputStream().read(); c >= 0 && c != '\n'; ) {
                    line.append((char) c);
                    c = connection.getInputStream().read();
                }
                firstLines.add(line.toString());
            } catch (IOException e) {
                // A connection that is reset, or the end of the test.
            }
        }
    }

    @AfterAll
    void stop() throws IOException {
        end.countDown();
        if (gatehouse != null) {
            gatehouse.close();
        }
        a.stop(0);
        b.stop(0);
        wire.close();
    }

    @Test
    void aRequestIsSentAgainWhileTheBackendFailsAndOnlyWithAPolicy() throws Exception {
        assertThat(get("plain", "/flaky/once")).startsWith("HTTP/1.1 503");
        assertThat(get("retries", "/flaky/again")).startsWith("HTTP/1.1 200");
        assertThat(attempts.get("/flaky/once")).hasValue(1);
        assertThat(attempts.get("/flaky/again")).hasValue(3);
    }

    @Test
    void requestsWithTheSameHeaderGoToTheSameBackendAndOthersToBoth() throws Exception {
        Set<String> all = new HashSet<>();
        for (int user = 0; user < MANY; user++) {
            Set<String> one = new HashSet<>();
            for (int i = 0; i < 4; i++) {
                one.add(backendOf(get("hash", "/", "x-user: user-" + user)));
            }
            assertThat(one).hasSize(1);
            all.addAll(one);
        }
        assertThat(all).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aCookieIsSetThatKeepsAClientAtABackend() throws Exception {
        String first = get("cookie", "/");
        String cookie = header(first, "set-cookie").orElseThrow().replaceFirst(";.*", "");
        assertThat(cookie).startsWith("who=");
        for (int i = 0; i < MANY; i++) {
            assertThat(backendOf(get("cookie", "/", "Cookie: " + cookie))).isEqualTo(backendOf(first));
        }
    }

    @Test
    void aHeaderNamesTheEndpoint() throws Exception {
        String endpoint = "x-endpoint: 127.0.0.1:" + b.getAddress().getPort();
        for (int i = 0; i < MANY; i++) {
            assertThat(backendOf(get("override-endpoint", "/", endpoint))).isEqualTo("b");
        }
    }

    @Test
    void anEndpointThatFailsIsLeftOut() {
        Await.until(() -> backends("ejects", "/bad-on-b").equals(Set.of("a")), SOON, () -> "b still gets requests");
    }

    @Test
    void anEndpointThatItsCheckFindsUnhealthyGetsNoRequests() {
        Await.until(() -> backends("checks", "/").equals(Set.of("a")), SOON, () -> "b still gets requests");
    }

    @Test
    void anEndpointIsCheckedByItsOwnHostname() {
        Await.until(
                () -> backends("named", "/").equals(Set.of("a", "b")),
                SOON,
                () -> "an endpoint is taken for unhealthy");
    }

    /** A rule with two backends, of which one is not there. */
    @Test
    void anotherBackendAnswersWhereThereAreRetriesOrChecks() throws Exception {
        Await.until(() -> statuses("split").equals(Set.of("200", "503")), SOON, () -> "both backends get requests");
        for (String name : List.of("split-retries", "split-native")) {
            assertThat(statuses(name)).containsExactly("200");
        }
        Await.until(() -> statuses("split-checks").equals(Set.of("200")), SOON, () -> "the other gets requests");
    }

    private Set<String> statuses(String host) throws IOException {
        Set<String> statuses = new HashSet<>();
        for (int i = 0; i < 2 * MANY; i++) {
            statuses.add(get(host, "/").substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
        }
        return statuses;
    }

    @Test
    void moreRequestsThanTheBreakerAllowsAreRefused() throws Exception {
        int before = held.get();
        Thread.ofVirtual().start(() -> ignoringFailure("breaker", "/held"));
        Await.until(() -> held.get() > before, SOON, () -> "no request came to the backend");
        assertThat(get("breaker", "/")).startsWith("HTTP/1.1 503").doesNotContain("x-backend");
        assertThat(get("plain", "/")).startsWith("HTTP/1.1 200");
        // The same policy, for another route to the same backend.
        assertThat(get("breaker-two", "/")).startsWith("HTTP/1.1 200");
    }

    @Test
    void aConnectionToTheBackendCarriesAsManyRequestsAsAllowed() throws Exception {
        clientPorts.clear();
        for (int i = 0; i < 5; i++) {
            get("fresh", "/ports");
        }
        assertThat(clientPorts).hasSize(5).doesNotHaveDuplicates();
    }

    @Test
    void timeoutsEndARequestThatIsNotAnswered() throws Exception {
        assertThat(get("timeout", "/held")).startsWith("HTTP/1.1 504");
        assertThat(get("stream", "/held")).startsWith("HTTP/1.1 504");
        assertThat(get("idle", "/held")).startsWith("HTTP/1.1 504");
    }

    @Test
    void faultsAreInjected() throws Exception {
        assertThat(get("aborts", "/")).startsWith("HTTP/1.1 418").doesNotContain("x-backend");
        long start = System.nanoTime();
        assertThat(get("delays", "/")).startsWith("HTTP/1.1 200");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(390));
    }

    @Test
    void responsesAreCompressedWhereTheClientTakesItAndTheyAreLargeEnough() throws Exception {
        assertThat(header(get("gzip", "/bytes/4000", "Accept-Encoding: gzip"), "content-encoding"))
                .contains("gzip");
        assertThat(header(get("gzip", "/bytes/4000", "Accept-Encoding: br"), "content-encoding"))
                .contains("br");
        assertThat(header(get("gzip", "/bytes/500", "Accept-Encoding: gzip"), "content-encoding"))
                .isEmpty();
        assertThat(header(get("gzip", "/bytes/4000"), "content-encoding")).isEmpty();
        assertThat(header(get("any-gzip", "/bytes/500", "Accept-Encoding: gzip"), "content-encoding"))
                .contains("gzip");
        assertThat(header(get("plain", "/bytes/4000", "Accept-Encoding: gzip"), "content-encoding"))
                .isEmpty();
    }

    @Test
    void responsesAreOverridden() throws Exception {
        assertThat(get("page", "/status/503"))
                .startsWith("HTTP/1.1 200")
                .endsWith("<h1>Sorry</h1>")
                .contains("content-type: text/html");
        String redirected = get("page", "/status/404");
        assertThat(redirected).startsWith("HTTP/1.1 302");
        assertThat(header(redirected, "location")).contains("https://help.test/missing");
        // The rule for 418 is for responses that Envoy makes.
        assertThat(get("page", "/status/418")).startsWith("HTTP/1.1 418").doesNotContain("never");
        assertThat(get("plain", "/status/503")).startsWith("HTTP/1.1 503");
    }

    @Test
    void aRequestThatIsLargerThanTheBufferIsRefused() throws Exception {
        assertThat(post("buffer", "/", 4000)).startsWith("HTTP/1.1 413");
        assertThat(post("buffer", "/", 500)).startsWith("HTTP/1.1 200");
        assertThat(post("plain", "/", 4000)).startsWith("HTTP/1.1 200");
    }

    @Test
    void aResponseIsSlowedDownToTheBandwidth() throws Exception {
        long start = System.nanoTime();
        assertThat(get("slow", "/bytes/6000")).startsWith("HTTP/1.1 200");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void upgradesThatThePolicyDoesNotNameAreRefused() throws Exception {
        String[] websocket = {"Connection: Upgrade", "Upgrade: websocket"};
        assertThat(get("spdy", "/", websocket)).startsWith("HTTP/1.1 403");
        assertThat(get("buffer", "/", websocket)).startsWith("HTTP/1.1 403");
        assertThat(get("plain", "/", websocket)).doesNotStartWith("HTTP/1.1 403");
        assertThat(get("spdy", "/", "Connection: Upgrade", "Upgrade: spdy/3.1")).doesNotStartWith("HTTP/1.1 403");
    }

    @Test
    void requestsAreRefusedWhileTheBackendFailsMany() {
        Await.until(
                () -> {
                    String response = unchecked("admission", "/status/500");
                    return response.startsWith("HTTP/1.1 503") && !response.contains("x-backend");
                },
                SOON,
                () -> "every request came to the backend");
    }

    @Test
    void aProxyCountsByItselfForEachValueAndMethodsTogether() throws Exception {
        assertThat(get("local", "/", "x-user: one")).startsWith("HTTP/1.1 200");
        assertThat(request("local", "PUT", "/", 0, "x-user: one")).startsWith("HTTP/1.1 200");
        assertThat(get("local", "/", "x-user: one")).startsWith("HTTP/1.1 429");
        assertThat(get("local", "/", "x-user: two")).startsWith("HTTP/1.1 200");
        assertThat(request("local", "DELETE", "/", 0, "x-user: one")).startsWith("HTTP/1.1 200");
        assertThat(get("local", "/")).startsWith("HTTP/1.1 200");
    }

    @Test
    void allSelectorsOfAGlobalLimitHoldAndAQueryIsNoWayAround() throws Exception {
        for (String user : List.of("one", "two")) {
            assertThat(get("global", "/limited?user=" + user)).startsWith("HTTP/1.1 200");
            assertThat(get("global", "/limited?x=1&user=" + user)).startsWith("HTTP/1.1 200");
            String refused = get("global", "/limited?x=2&user=" + user);
            assertThat(refused).startsWith("HTTP/1.1 429");
            assertThat(header(refused, "x-ratelimit-remaining")).contains("0");
            assertThat(get("global", "/limited;a=1?user=" + user)).startsWith("HTTP/1.1 429");
            assertThat(get("global", "/limited?x=\u00ff&user=" + user))
                    .as("a byte that is not UTF-8")
                    .doesNotStartWith("HTTP/1.1 200");
        }
        assertThat(request("global", "POST", "/limited?user=one", 0)).startsWith("HTTP/1.1 200");
        assertThat(get("global", "/limited/more?user=one")).startsWith("HTTP/1.1 200");
    }

    @Test
    void aRequestCostsWhatTheRuleSaysAndARuleCanHideItsHeaders() throws Exception {
        assertThat(get("global", "/", "x-cost: five")).startsWith("HTTP/1.1 200");
        assertThat(get("global", "/", "x-cost: five")).startsWith("HTTP/1.1 429");
        assertThat(get("global", "/", "x-outside: yes")).startsWith("HTTP/1.1 200");
        String refused = get("global", "/", "x-outside: yes");
        assertThat(refused).startsWith("HTTP/1.1 429");
        assertThat(header(refused, "x-ratelimit-remaining")).isEmpty();
    }

    @Test
    void rulesThatSelectTheSameClientsCountEachForThemselves() throws Exception {
        assertThat(get("alike", "/")).startsWith("HTTP/1.1 200");
        assertThat(get("alike", "/")).startsWith("HTTP/1.1 200");
        assertThat(get("alike", "/")).startsWith("HTTP/1.1 429");
    }

    @Test
    void aValueThatIsNotUtf8IsCounted() throws Exception {
        assertThat(get("keys", "/", "x-key: \u00ff")).startsWith("HTTP/1.1 200");
        assertThat(get("keys", "/", "x-key: \u00ff")).startsWith("HTTP/1.1 429");
        assertThat(get("keys", "/", "x-key: \u00fe")).startsWith("HTTP/1.1 200");
    }

    @Test
    void allOfSeveralSelectorsHold() throws Exception {
        for (String host : List.of("all-local", "all-global")) {
            for (String path : List.of("/none", "/both", "/in")) {
                assertThat(get(host, path)).startsWith("HTTP/1.1 200");
                assertThat(get(host, path)).startsWith("HTTP/1.1 200");
            }
            assertThat(get(host, "/both/in")).startsWith("HTTP/1.1 200");
            assertThat(get(host, "/both/in")).startsWith("HTTP/1.1 429");
        }
    }

    @Test
    void targetsShareALimit() throws Exception {
        assertThat(get("shared-one", "/")).startsWith("HTTP/1.1 200");
        assertThat(get("shared-two", "/")).startsWith("HTTP/1.1 200");
        assertThat(get("shared-one", "/")).startsWith("HTTP/1.1 429");
        assertThat(get("shared-two", "/")).startsWith("HTTP/1.1 429");
    }

    @Test
    void aRouteThatMergesItsLimitsKeepsThoseOfItsListener() throws Exception {
        assertThat(get("one.merged", "/", "x-user: routes")).startsWith("HTTP/1.1 200");
        assertThat(get("two.merged", "/", "x-user: routes")).startsWith("HTTP/1.1 429");
        for (String route : List.of("one.merged", "two.merged")) {
            assertThat(get(route, "/", "x-user: each")).startsWith("HTTP/1.1 200");
            assertThat(get(route, "/", "x-user: each")).startsWith("HTTP/1.1 429");
        }
        // All routes of the listener share this one, with a policy of their own and without.
        for (String route : List.of("one.merged", "two.merged", "three.merged")) {
            assertThat(get(route, "/", "x-user: shared")).startsWith("HTTP/1.1 200");
        }
        for (String route : List.of("one.merged", "two.merged", "three.merged")) {
            assertThat(get(route, "/", "x-user: shared")).startsWith("HTTP/1.1 429");
        }
    }

    @Test
    void theProxyProtocolIsSpokenToTheBackend() {
        Thread.ofVirtual().start(() -> ignoringFailure("proxied", "/"));
        Await.until(() -> !firstLines.isEmpty(), SOON, () -> "nothing was sent");
        assertThat(firstLines.peek()).startsWith("PROXY TCP4 127.0.0.1 ");
    }

    private Set<String> backends(String host, String path) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < MANY; i++) {
            seen.add(header(unchecked(host, path), "x-backend").orElse("none"));
        }
        return seen;
    }

    private String unchecked(String host, String path) {
        try {
            return get(host, path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ignoringFailure(String host, String path) {
        try {
            get(host, path);
        } catch (IOException e) {
            // The end of the test closes it.
        }
    }

    private static String backendOf(String response) {
        return header(response, "x-backend").orElseThrow(() -> new AssertionError("no backend in " + response));
    }

    private String get(String host, String path, String... headers) throws IOException {
        return request(host, "GET", path, 0, headers);
    }

    private String post(String host, String path, int bytes) throws IOException {
        return request(host, "POST", path, bytes);
    }

    private String request(String host, String method, String path, int bytes, String... headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) SOON.toMillis());
            StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host + ".test\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            if (!List.of(headers).contains("Connection: Upgrade")) {
                request.append("Connection: close\r\n");
            }
            if (bytes > 0) {
                request.append("Content-Length: ").append(bytes).append("\r\n");
            }
            request.append("\r\n").append("x".repeat(bytes));
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
            return List.of(headers).contains("Connection: Upgrade")
                    ? new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII)
                    : new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static Optional<String> header(String response, String name) {
        return response.lines()
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .findFirst();
    }
}
