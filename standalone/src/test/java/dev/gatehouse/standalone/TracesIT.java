package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RedisServer;
import dev.gatehouse.testkit.SpanCollector;
import dev.gatehouse.testkit.SpanCollector.Received;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Traces through a real Envoy, with a real Redis: of requests, with all hops; and of changes of the configuration. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TracesIT {
    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: http, protocol: HTTP, port: ${port}}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: zipkin, namespace: default}
            spec:
              gatewayClassName: gatehouse
              infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: zipkin}}
              listeners: [{name: http, protocol: HTTP, port: ${zipkinPort}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: zipkin, namespace: default}
            spec:
              telemetry:
                tracing:
                  provider: {type: Zipkin, host: 127.0.0.1, port: ${app}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: app, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${app}}}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: shop, namespace: default}
            spec:
              parentRefs: [{name: front}, {name: zipkin}]
              rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys, namespace: default}
            stringData: {partner: k3y-of-the-partner}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: keys, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
              apiKeyAuth: {credentialRefs: [{name: keys}], extractFrom: [{headers: [x-key]}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: limit, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
              rateLimit:
                type: Global
                global:
                  rules:
                  - clientSelectors: [{headers: [{name: x-limited, type: Distinct}]}]
                    limit: {requests: 1, unit: Hour}
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: WAFPolicy
            metadata: {name: rules, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
              mode: Enforce
              directives:
              - SecRule ARGS:q "@contains attack" "id:1000,phase:1,deny,status:403,log"
              - SecRule ARGS:q "@contains odd" "id:1001,phase:1,pass,log"
              - SecAction "id:1002,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.seen=+1"
              - SecRule IP:SEEN "@gt 1000000" "id:1003,phase:1,deny,log"
            """;

    /** As Prometheus 3 asks. */
    private static final String PROMETHEUS_ACCEPTS =
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    private static final List<Integer> PORTS = FreePorts.some(8);

    @TempDir
    static Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    /** {@code traceparent} and {@code b3} of what came to the backend, by path. */
    private final Map<String, String> atBackend = new ConcurrentHashMap<>();

    @SuppressWarnings("NullAway.Init")
    private HttpServer app;

    @SuppressWarnings("NullAway.Init")
    private SpanCollector collector;

    @SuppressWarnings("NullAway.Init")
    private RedisServer redis;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start() throws Exception {
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORTS.get(0)), 0);
        app.createContext("/", exchange -> {
            atBackend.put(
                    exchange.getRequestURI().getPath(),
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("traceparent"))
                            .or(() -> Optional.ofNullable(
                                    exchange.getRequestHeaders().getFirst("x-b3-traceid")))
                            .orElse(""));
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        app.start();
        collector = SpanCollector.start(PORTS.get(1), PORTS.get(2));
        redis = new RedisServer(PORTS.get(3));
        write(OBJECTS);
        gatehouse = ChildJvm.serving(
                PORTS.get(6),
                PORTS.get(7),
                List.of("--otlp", "http://127.0.0.1:" + PORTS.get(1), "--redis", redis.url()),
                folder);
        for (int port : List.of(PORTS.get(4), PORTS.get(5))) {
            Await.orSilent(
                    () -> get(port, "/ready", "x-key", "k3y-of-the-partner") == 200, () -> 0, () -> "it answers");
        }
    }

    private static void write(String objects) throws IOException {
        Path beside = folder.resolve("objects.new");
        Files.writeString(
                beside,
                objects.replace("${port}", PORTS.get(4).toString())
                        .replace("${zipkinPort}", PORTS.get(5).toString())
                        .replace("${app}", PORTS.get(0).toString()));
        Files.move(beside, folder.resolve("objects.yaml"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        if (redis != null) {
            redis.close();
        }
        collector.close();
        app.stop(0);
        client.close();
    }

    private int get(int port, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static String traceparent(String trace, String flags) {
        return "00-" + trace + "-00f067aa0ba902b7-" + flags;
    }

    /** The trace, once it has such a span. */
    private List<Received> trace(String id, Predicate<Received> last) throws Exception {
        Await.orSilent(
                () -> collector.trace(id).stream().anyMatch(last),
                () -> collector.spans().size(),
                () -> "in the trace there is " + collector.trace(id) + "; of others "
                        + collector.spans().stream()
                                .map(Received::name)
                                .distinct()
                                .toList());
        return collector.trace(id);
    }

    private static Received only(List<Received> all, String name) {
        List<Received> found =
                all.stream().filter(span -> span.name().equals(name)).toList();
        assertThat(found).as(name + " among " + all).hasSize(1);
        return found.getFirst();
    }

    private static Received parent(List<Received> all, Received child) {
        return all.stream()
                .filter(span -> span.id().equals(child.parent()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no parent of " + child + " among " + all));
    }

    @Test
    void oneTraceHasEveryHopOfARequest() throws Exception {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        assertThat(get(
                        PORTS.get(4),
                        "/hops?q=odd&card=4111111111111111",
                        "traceparent",
                        traceparent(trace, "01"),
                        "x-key",
                        "k3y-of-the-partner",
                        "x-limited",
                        "someone@example.com"))
                .isEqualTo(200);
        trace(trace, span -> span.name().equals("inspect"));
        trace(trace, span -> span.name().equals("limit"));
        trace(trace, span -> span.name().equals("authorize"));
        List<Received> all = trace(trace, span -> span.parent().equals("00f067aa0ba902b7"));
        Received ingress = all.stream()
                .filter(span -> span.parent().equals("00f067aa0ba902b7"))
                .findFirst()
                .orElseThrow();
        assertThat(ingress.service()).isEqualTo("front.default");
        for (String name : List.of("authorize", "limit", "inspect")) {
            Received span = only(all, name);
            assertThat(span.service()).isEqualTo("gatehouse");
            Received call = parent(all, span);
            assertThat(call.service()).isEqualTo("front.default");
            assertThat(parent(all, call)).isEqualTo(ingress);
        }
        Received authorize = only(all, "authorize");
        assertThat(authorize.attributes())
                .containsEntry("gatehouse.policy", "default/keys")
                .containsEntry("gatehouse.authz.decision", "allowed")
                .containsEntry("gatehouse.authz.checks", "[api-key]");
        Received limit = only(all, "limit");
        assertThat(limit.attributes()).containsEntry("gatehouse.ratelimit.decision", "ok");
        assertThat(limit.attributes().get("gatehouse.ratelimit.limits")).contains("1/hour");
        assertThat(only(all, "counters increment").parent()).isEqualTo(limit.id());
        Received inspect = only(all, "inspect");
        assertThat(inspect.attributes())
                .containsEntry("gatehouse.policy", "default/rules")
                .containsEntry("gatehouse.waf.outcome", "detected")
                .containsEntry("gatehouse.waf.rules", "[1001]");
        assertThat(only(all, "request headers").parent()).isEqualTo(inspect.id());
        assertThat(only(all, "collection load"))
                .returns(only(all, "request headers").id(), Received::parent)
                .satisfies(load -> assertThat(load.attributes()).containsEntry("gatehouse.waf.collection", "ip"));
        // The backend gets Envoy's span of the call to it, and can go on with it.
        String[] upstream = String.valueOf(atBackend.get("/hops")).split("-");
        assertThat(upstream[1]).isEqualTo(trace);
        Received egress = all.stream()
                .filter(span -> span.id().equals(upstream[2]))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no span " + upstream[2] + " among " + all));
        assertThat(egress.parent()).isEqualTo(ingress.id());
        List<Received> ours =
                all.stream().filter(span -> span.service().equals("gatehouse")).toList();
        assertThat(ours.toString()).doesNotContain("k3y", "4111", "someone@example.com", "/hops");
    }

    @Test
    void whatIsRefusedSaysByWhom() throws Exception {
        int port = PORTS.get(4);
        String denied = "1af7651916cd43dd8448eb211c80319c";
        String blocked = "2af7651916cd43dd8448eb211c80319c";
        String limited = "3af7651916cd43dd8448eb211c80319c";
        assertThat(get(port, "/", "traceparent", traceparent(denied, "01"), "x-key", "wrong"))
                .isEqualTo(401);
        assertThat(get(port, "/?q=attack", "traceparent", traceparent(blocked, "01"), "x-key", "k3y-of-the-partner"))
                .isEqualTo(403);
        for (int i = 0; i < 2; i++) {
            get(port, "/", "traceparent", traceparent(limited, "01"), "x-key", "k3y-of-the-partner", "x-limited", "me");
        }
        assertThat(only(trace(denied, span -> span.name().equals("authorize")), "authorize")
                        .attributes())
                .containsEntry("gatehouse.authz.outcome", "key-unknown")
                .containsEntry("http.response.status_code", "401");
        List<Received> block = trace(blocked, span -> span.name().equals("inspect"));
        assertThat(only(block, "inspect").attributes()).containsEntry("gatehouse.waf.outcome", "blocked");
        assertThat(only(block, "request headers").attributes())
                .containsEntry("gatehouse.waf.details", "waf_blocked{rule_id=1000,phase=1}");
        trace(limited, span -> "over_limit".equals(span.attributes().get("gatehouse.ratelimit.decision")));
    }

    @Test
    void whatEnvoyDoesNotSampleHasNoSpan() throws Exception {
        String trace = "4af7651916cd43dd8448eb211c80319c";
        String after = "5af7651916cd43dd8448eb211c80319c";
        assertThat(get(PORTS.get(4), "/", "traceparent", traceparent(trace, "00"), "x-key", "k3y-of-the-partner"))
                .isEqualTo(200);
        assertThat(get(PORTS.get(4), "/", "traceparent", traceparent(after, "01"), "x-key", "k3y-of-the-partner"))
                .isEqualTo(200);
        trace(after, span -> span.name().equals("authorize"));
        trace(after, span -> span.name().equals("inspect"));
        assertThat(collector.trace(trace)).isEmpty();
    }

    @Test
    void spansOfAProxyThatSpeaksB3AreJoinedToo() throws Exception {
        assertThat(get(PORTS.get(5), "/zipkin", "x-key", "k3y-of-the-partner")).isEqualTo(200);
        String trace = "0".repeat(32 - String.valueOf(atBackend.get("/zipkin")).length()) + atBackend.get("/zipkin");
        trace(trace, span -> span.name().equals("authorize"));
        assertThat(trace(trace, span -> span.name().equals("inspect")))
                .extracting(Received::parent)
                .doesNotContain("");
    }

    @Test
    void metricsHaveTracesAsExemplars() throws Exception {
        int port = PORTS.get(4);
        String trace = "6af7651916cd43dd8448eb211c80319c";
        assertThat(get(
                        port,
                        "/?q=odd",
                        "traceparent",
                        traceparent(trace, "01"),
                        "x-key",
                        "k3y-of-the-partner",
                        "x-limited",
                        "another"))
                .isEqualTo(200);
        for (String name : List.of("authorize", "limit", "inspect")) {
            trace(trace, span -> span.name().equals(name));
        }
        String metrics = client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORTS.get(7) + "/q/metrics"))
                                .header("accept", PROMETHEUS_ACCEPTS)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        for (String series : List.of(
                "gatehouse_waf_transactions_seconds_bucket",
                "gatehouse_ratelimit_store_seconds_bucket",
                "gatehouse_ratelimit_decisions_total",
                "gatehouse_authz_checks_total",
                "gatehouse_xds_propagation_seconds_bucket")) {
            List<String> traces = metrics.lines()
                    .filter(line -> line.startsWith(series + "{") || line.startsWith(series + " "))
                    .filter(line -> line.contains("trace_id=\""))
                    .map(line -> line.replaceAll(".* # \\{.*trace_id=\"([0-9a-f]{32})\".*", "$1"))
                    .toList();
            assertThat(traces).as("exemplars of " + series).isNotEmpty();
            assertThat(traces).allSatisfy(id -> assertThat(collector.trace(id)).isNotEmpty());
        }
    }

    @Test
    void aChangeOfTheConfigurationIsATraceUpToTheAnswersOfTheProxies() throws Exception {
        Files.writeString(folder.resolve("late.yaml"), """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: late, namespace: default}
                spec:
                  parentRefs: [{name: front}]
                  hostnames: [late.example.com]
                  rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]}]
                """);
        Predicate<Received> ofRoute = span -> span.name().equals("configuration change")
                && String.valueOf(span.attributes().get("gatehouse.change.objects"))
                        .contains("HTTPRoute default/late");
        Await.orSilent(
                () -> collector.spans().stream().anyMatch(ofRoute),
                () -> collector.spans().size(),
                () -> "no trace of the route");
        Received root = collector.spans().stream().filter(ofRoute).findFirst().orElseThrow();
        List<Received> all = trace(
                root.trace(),
                span -> span.name().equals("deliver")
                        && "default/front".equals(span.attributes().get("gatehouse.fleet")));
        assertThat(only(all, "translate").parent()).isEqualTo(root.id());
        Received delivery = all.stream()
                .filter(span -> span.name().equals("deliver"))
                .filter(span -> "default/front".equals(span.attributes().get("gatehouse.fleet")))
                .findFirst()
                .orElseThrow();
        assertThat(delivery.attributes()).containsEntry("gatehouse.outcome", "applied");
        assertThat(parent(all, delivery).name()).isEqualTo("publish");
        assertThat(all)
                .filteredOn(span -> span.parent().equals(delivery.id()))
                .isNotEmpty()
                .allMatch(span -> span.name().startsWith("push ")
                        && "ack".equals(span.attributes().get("gatehouse.xds.answer")));
    }
}
