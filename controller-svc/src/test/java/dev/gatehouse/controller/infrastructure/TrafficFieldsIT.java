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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Single fields of BackendTrafficPolicies, in the real Envoy: each has a path of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TrafficFieldsIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int REQUESTS = 30;
    private static final int HELD = 12;

    private static final Map<String, String> POLICIES = new TreeMap<>(Map.ofEntries(
            Map.entry(
                    "hash-header",
                    "loadBalancer: {type: ConsistentHash, consistentHash: {type: Header, header: {name: x-user}, tableSize: 11}}"),
            Map.entry(
                    "hash-query",
                    "loadBalancer: {type: ConsistentHash, consistentHash: {type: QueryParams, queryParams: [{name: user}]}}"),
            Map.entry(
                    "hash-cookie",
                    "loadBalancer: {type: ConsistentHash, consistentHash: {type: Cookie,"
                            + " cookie: {name: who, ttl: 1h, attributes: {SameSite: Strict}}}}"),
            Map.entry(
                    "zones",
                    "loadBalancer: {type: RoundRobin, zoneAware: {weightedZones: [{zone: a, weight: 0}, {zone: b, weight: 2}]}}"),
            Map.entry(
                    "checked",
                    "healthCheck: {panicThreshold: 0, active: {type: HTTP, interval: 100ms, timeout: 1s, healthyThreshold: 1,"
                            + " http: {path: /check, method: POST, hostname: check.test, expectedStatuses: [204]}}}"),
            Map.entry(
                    "checked-elsewhere",
                    "healthCheck: {active: {type: HTTP, interval: 100ms, overrides: {port: ${checks}}, http: {path: /elsewhere}}}"),
            Map.entry(
                    "checked-answer",
                    "healthCheck: {panicThreshold: 0, active: {type: HTTP, interval: 100ms, healthyThreshold: 1,"
                            + " http: {path: /answer, method: POST, requestBody: {type: Text, text: how are you},"
                            + " expectedResponse: {type: Binary, binary: YQ==}},"
                            + " healthCheckLog: {matches: [Failure, Success], sinks: [{type: File, file: {path: ${folder}/checks.log}}]}}}"),
            Map.entry("pending", "circuitBreaker: {maxConnections: 1, maxPendingRequests: 1}"),
            Map.entry(
                    "no-retries",
                    "retry: {numRetries: 2, retryOn: {httpStatusCodes: [503]}}, circuitBreaker: {maxParallelRetries: 0}"),
            Map.entry(
                    "admission",
                    "admissionControl: {samplingWindow: 10s, minSuccessRate: 100, rejectionAggression: 10,"
                            + " minRequestRate: 1, maxRejectionPercent: 95}"),
            Map.entry(
                    "admission-fine",
                    "admissionControl: {samplingWindow: 10s, minSuccessRate: 100, rejectionAggression: 10,"
                            + " minRequestRate: 1, maxRejectionPercent: 95, successCriteria: {http: {statusCodes: [200, 500]}}}"),
            Map.entry(
                    "admission-rare",
                    "admissionControl: {samplingWindow: 10s, minSuccessRate: 100, minRequestRate: 1000000}"),
            Map.entry("alive", "tcpKeepalive: {probes: 3, idleTime: 20s, interval: 10s}"),
            Map.entry(
                    "reports",
                    "loadBalancer: {type: BackendUtilization, backendUtilization: {keepResponseHeaders: true}}"),
            Map.entry("reports-taken", "loadBalancer: {type: BackendUtilization, backendUtilization: {}}"),
            Map.entry("merged", "mergeType: StrategicMerge, retry: {numRetries: 1}"),
            Map.entry(
                    "limit-others",
                    "rateLimit: {local: {rules: [{clientSelectors: [{headers: [{name: x-plan, type: Exact, value: gold, invert: true}]}],"
                            + " limit: {requests: 1, unit: Hour}}]}}"),
            Map.entry("abort-none", "faultInjection: {abort: {httpStatus: 418, percentage: 0}}"),
            Map.entry("abort-grpc", "faultInjection: {abort: {grpcStatus: 14}}"),
            Map.entry("delay-none", "faultInjection: {delay: {fixedDelay: 1h, percentage: 0}}"),
            Map.entry(
                    "override",
                    "responseOverride: [{match: {responseHeaders: [{name: x-state, value: {type: Exact, value: down}}]},"
                            + " response: {statusCode: 503, header: {set: [{name: x-set, value: one}],"
                            + " add: [{name: x-added, value: two}]}}}]"),
            Map.entry(
                    "moved",
                    "responseOverride: [{match: {statusCodes: [{type: Value, value: 404}]},"
                            + " redirect: {scheme: https, hostname: new.test, port: 8443, statusCode: 301}}]"),
            Map.entry(
                    "limit-path",
                    "rateLimit: {local: {rules: [{clientSelectors: [{path: {type: PathPrefix, value: /limit-path/in}}],"
                            + " limit: {requests: 1, unit: Hour}}]}}"),
            Map.entry(
                    "limit-query",
                    "rateLimit: {local: {rules: [{clientSelectors: [{queryParams: [{name: plan, value: free}]}],"
                            + " limit: {requests: 1, unit: Hour}}]}}"),
            Map.entry(
                    "limit-method",
                    "rateLimit: {local: {rules: [{clientSelectors: [{methods: [{value: GET, invert: true}]}],"
                            + " limit: {requests: 1, unit: Hour}}]}}"),
            Map.entry(
                    "limit-source",
                    "rateLimit: {local: {rules: [{clientSelectors: [{sourceCIDR: {type: Exact, value: 127.0.0.0/8}}],"
                            + " limit: {requests: 1, unit: Hour}}]}}"),
            Map.entry(
                    "limit-cost",
                    "rateLimit: {local: {rules: [{limit: {requests: 10, unit: Hour},"
                            + " cost: {request: {from: Number, number: 6}}, xRateLimitHeaders: DraftVersion03}]}}"),
            Map.entry(
                    "limit-shadow",
                    "rateLimit: {local: {rules: [{shadowMode: true, limit: {requests: 1, unit: Hour}}]}}")));

    @TempDir
    private static Path folder;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static FieldsFleet fleet;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        port = FreePorts.one();
        Map<String, Backend> backends =
                Map.of("a", Backend.start("a"), "b", Backend.start("b"), "checks", Backend.start("checks"));
        StringBuilder objects = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec: {gatewayClassName: gatehouse, listeners: [{name: http, protocol: HTTP, port: ${port}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: both, namespace: default}
                spec:
                  endpoints:
                  - {ip: {address: 203.0.113.1, port: ${a}}, zone: a}
                  - {ip: {address: 203.0.113.1, port: ${b}}, zone: b}
                """);
        objects.append("""
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: of-all, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]
                  faultInjection: {abort: {httpStatus: 418}}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: virtual, namespace: default}
                spec: {clusterIP: 203.0.113.1, ports: [{name: main, port: ${b}, protocol: TCP}]}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: virtual, namespace: default, labels: {kubernetes.io/service-name: virtual}}
                addressType: IPv4
                ports: [{name: main, port: ${a}, protocol: TCP}]
                endpoints: [{addresses: [203.0.113.1]}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: virtual, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /virtual}}]
                    backendRefs: [{name: virtual, port: ${b}}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: virtual, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: virtual}]
                  routingType: Service
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: first, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${a}}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: second, namespace: default}
                spec: {fallback: true, endpoints: [{ip: {address: 203.0.113.1, port: ${b}}}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: priorities, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /priorities}}]
                    backendRefs:
                    - {group: gateway.envoyproxy.io, kind: Backend, name: first}
                    - {group: gateway.envoyproxy.io, kind: Backend, name: second}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: priorities, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: priorities}]
                  retry: {numRetries: 3, numAttemptsPerPriority: 1, retryOn: {httpStatusCodes: [503]}}
                """);
        POLICIES.forEach((name, policy) -> objects.append("""
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: ${name}, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /${name}}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: both}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: BackendTrafficPolicy
                metadata: {name: ${name}, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
                """.replace("${name}", name))
                .append("  ")
                .append(policy.replace("}, circuitBreaker", "}\n  circuitBreaker")
                        .replace("Merge, retry", "Merge\n  retry"))
                .append('\n'));
        String text =
                objects.toString().replace("${port}", String.valueOf(port)).replace("${folder}", folder.toString());
        for (Map.Entry<String, Backend> each : backends.entrySet()) {
            text = text.replace(
                    "${" + each.getKey() + "}", String.valueOf(each.getValue().port()));
        }
        fleet = FieldsFleet.start(folder, text, backends);
    }

    @AfterAll
    static void stop() {
        fleet.close();
        CLIENT.close();
    }

    @Test
    void aHashOfAHeaderOrAParameterLeadsToOneEndpoint() throws Exception {
        assertThat(answers("/hash-header", "x-user", "mary")).hasSize(1);
        assertThat(answers("/hash-query?user=mary")).hasSize(1);
        Set<String> ofMany = new TreeSet<>();
        for (int i = 0; i < REQUESTS; i++) {
            ofMany.add(send("/hash-query?user=" + i).body());
        }
        assertThat(ofMany).containsExactly("a", "b");
    }

    @Test
    void theCookieOfAHashHasItsAttributes() throws Exception {
        assertThat(send("/hash-cookie").headers().firstValue("set-cookie").orElse(""))
                .contains("who=", "SameSite=Strict");
    }

    @Test
    void aZoneThatWeighsNothingGetsNoRequests() throws Exception {
        assertThat(answers("/zones")).containsExactly("b");
    }

    @Test
    void healthChecksAreSentAsThePolicySays() throws Exception {
        Await.until(() -> !checks("a", "/check").isEmpty(), SOON, () -> "no check came");
        assertThat(checks("a", "/check")).allSatisfy(check -> {
            assertThat(check.method()).isEqualTo("POST");
            assertThat(check.header("host")).contains("check.test");
        });
        // 200 is not what the policy expects of a check.
        Await.until(() -> send("/checked").statusCode() == 503, SOON, () -> "an endpoint counts as healthy");
    }

    @Test
    void healthChecksGoToTheirOwnPort() {
        Await.until(() -> !checks("checks", "/elsewhere").isEmpty(), SOON, () -> "no check came");
        assertThat(checks("a", "/elsewhere")).isEmpty();
    }

    @Test
    void faultsHaveAPercentageAndAStatusOfGrpc() throws Exception {
        assertThat(send("/abort-none").statusCode()).isEqualTo(200);
        assertThat(send("/delay-none").statusCode()).isEqualTo(200);
        HttpResponse<String> grpc = send("/abort-grpc", "content-type", "application/grpc");
        assertThat(grpc.headers().firstValue("grpc-status")).contains("14");
    }

    @Test
    void aResponseIsReplacedByItsHeaders() throws Exception {
        HttpResponse<String> replaced = send("/override?header=x-state:down");
        assertThat(replaced.statusCode()).isEqualTo(503);
        assertThat(replaced.headers().firstValue("x-set")).contains("one");
        assertThat(replaced.headers().firstValue("x-added")).contains("two");
        assertThat(send("/override?header=x-state:up").statusCode()).isEqualTo(200);
    }

    @Test
    void aResponseIsReplacedByARedirection() throws Exception {
        HttpResponse<String> moved = send("/moved/page?status=404");
        assertThat(moved.statusCode()).isEqualTo(301);
        assertThat(moved.headers().firstValue("location").orElse("")).startsWith("https://new.test:8443/moved/page");
    }

    @Test
    void localLimitsCountWhatTheirSelectorsSay() throws Exception {
        assertThat(statuses("/limit-path/in", 2)).containsExactly(200, 429);
        assertThat(statuses("/limit-path/out", 2)).containsExactly(200, 200);
        assertThat(statuses("/limit-query?plan=free", 2)).containsExactly(200, 429);
        assertThat(statuses("/limit-query?plan=paid", 2)).containsExactly(200, 200);
        assertThat(statuses("/limit-source", 2)).containsExactly(200, 429);
        assertThat(statuses("/limit-method", 3)).containsExactly(200, 200, 200);
        assertThat(post("/limit-method").statusCode()).isEqualTo(200);
        assertThat(post("/limit-method").statusCode()).isEqualTo(429);
    }

    @Test
    void aLocalLimitHasACostAndHeadersAndAShadow() throws Exception {
        HttpResponse<String> first = send("/limit-cost");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.headers().firstValue("x-ratelimit-limit")).isPresent();
        assertThat(send("/limit-cost").statusCode()).isEqualTo(429);
        assertThat(statuses("/limit-shadow", 3)).containsExactly(200, 200, 200);
    }

    @Test
    void aHealthCheckHasABodyAndExpectsOne() throws Exception {
        // "a" answers with its name, and "b" with another.
        Await.until(() -> answers("/checked-answer").equals(Set.of("a")), SOON, () -> "an answer did not count");
        assertThat(checks("a", "/answer"))
                .allSatisfy(check -> assertThat(check.body()).isEqualTo("how are you"));
        Await.until(
                () -> Files.exists(folder.resolve("checks.log"))
                        && Files.readString(folder.resolve("checks.log")).contains("failure"),
                SOON,
                () -> "no failure was logged");
    }

    @Test
    void requestsWaitAsFarAsTheCircuitBreakerSays() {
        // Each worker of the proxy has a connection, whatever the circuit breaker says: of so many one is over.
        List<CompletableFuture<Integer>> all =
                Stream.generate(TrafficFieldsIT::held).limit(HELD).toList();
        Await.until(() -> all.stream().anyMatch(CompletableFuture::isDone), SOON, () -> "all are taken");
        fleet.backend("a").release();
        fleet.backend("b").release();
        assertThat(all.stream().map(CompletableFuture::join)).contains(200, 503);
    }

    private static CompletableFuture<Integer> held() {
        return CLIENT.sendAsync(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/pending?hold"))
                                .version(HttpClient.Version.HTTP_1_1)
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .thenApply(HttpResponse::statusCode);
    }

    @Test
    void retriesAreMadeAsThePolicySays() throws Exception {
        send("/no-retries?status=503");
        assertThat(got("/no-retries")).isEqualTo(1);
        assertThat(send("/priorities?status=503").statusCode()).isEqualTo(503);
        assertThat(checks("b", "/priorities")).isNotEmpty();
    }

    @Test
    void aPolicyIsMergedWithTheOneOfTheGateway() throws Exception {
        assertThat(send("/merged").statusCode()).isEqualTo(418);
    }

    @Test
    void aServiceIsReachedAtItsOwnAddress() throws Exception {
        assertThat(answers("/virtual")).containsExactly("b");
    }

    @Test
    void requestsAreRefusedOnceTooManyFail() throws Exception {
        Await.until(() -> send("/admission?status=500").statusCode() == 503, SOON, () -> "none was refused");
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(send("/admission-fine?status=500").statusCode()).isEqualTo(500);
            assertThat(send("/admission-rare?status=500").statusCode()).isEqualTo(500);
        }
    }

    @Test
    void connectionsToABackendAreKeptAlive() throws Exception {
        send("/alive");
        // Of each connection the remote port, and the timer: 2 is that of keepalive, and hundredths of seconds
        // (proc(5)).
        List<String> remote = Stream.of("a", "b")
                .map(name -> "%04X".formatted(fleet.backend(name).port()))
                .toList();
        assertThat(Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                        .map(line -> line.strip().split("\\s+"))
                        .filter(line -> remote.contains(line[2].substring(line[2].indexOf(':') + 1)))
                        .map(line -> line[5])
                        .filter(timer -> timer.startsWith("02:"))
                        .mapToLong(timer -> Long.parseLong(timer.substring(3), 16)))
                .anyMatch(hundredths -> hundredths <= 2000);
    }

    @Test
    void reportsOfLoadGoToClientsWhereThePolicyKeepsThem() throws Exception {
        String report = "?header=endpoint-load-metrics:TEXT%20application_utilization=0.5";
        assertThat(send("/reports" + report).headers().firstValue("endpoint-load-metrics"))
                .isPresent();
        assertThat(send("/reports-taken" + report).headers().firstValue("endpoint-load-metrics"))
                .isEmpty();
    }

    @Test
    void aSelectorMayBeInverted() throws Exception {
        assertThat(statuses("/limit-others", 2)).containsExactly(200, 429);
        assertThat(send("/limit-others", "x-plan", "gold").statusCode()).isEqualTo(200);
    }

    private static long got(String path) {
        return Stream.of("a", "b").mapToLong(name -> checks(name, path).size()).sum();
    }

    private static List<Got> checks(String backend, String path) {
        return fleet.backend(backend).requests().stream()
                .filter(request -> request.path().equals(path))
                .toList();
    }

    private static Set<String> answers(String path, String... headers) throws IOException, InterruptedException {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < REQUESTS; i++) {
            answers.add(send(path, headers).body());
        }
        return answers;
    }

    private static List<Integer> statuses(String path, int times) throws IOException, InterruptedException {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            statuses.add(send(path).statusCode());
        }
        return statuses;
    }

    private static HttpResponse<String> post(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> send(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return CLIENT.send(
                (headers.length == 0 ? request : request.headers(headers)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
