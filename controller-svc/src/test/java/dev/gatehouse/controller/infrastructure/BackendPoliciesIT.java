package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the real Envoy of a fleet does of XBackendTrafficPolicies. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BackendPoliciesIT {
    private static final int REQUESTS = 40;
    private static final int AT_ONCE = 8;

    @TempDir
    private static Path folder;

    private static final List<HttpServer> BACKENDS = new ArrayList<>();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static RealEnvoy envoy;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        port = FreePorts.one();
        Path file = Files.writeString(folder.resolve("in.yaml"), objects());
        OfflineTranslation translation = FleetGolden.translate(file);
        assertThat(translation.problems()).isEmpty();
        envoy = FleetEnvoy.start(translation, folder, _ -> true, text -> text.replace("203.0.113.1", "127.0.0.1"), "")
                .awaitReady();
    }

    @AfterAll
    static void stop() {
        envoy.close();
        CLIENT.close();
        BACKENDS.forEach(each -> each.stop(0));
    }

    @Test
    void theRequestsOfASessionStayAtOneEndpoint() throws Exception {
        HttpResponse<String> first = get("/one");
        String session = first.headers().firstValue("x-session").orElseThrow();
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < REQUESTS; i++) {
            answers.add(get("/one", "x-session", session).body());
        }
        assertThat(answers).containsExactly(first.body());
    }

    @Test
    void requestsWithoutASessionGoToEachEndpoint() throws Exception {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < REQUESTS; i++) {
            answers.add(get("/one").body());
        }
        assertThat(answers).containsExactly("a", "b");
    }

    @Test
    void aBackendOfASplitKeepsSessionsOfItsOwn() throws Exception {
        String session = "";
        String at = "";
        while (session.isEmpty()) {
            HttpResponse<String> first = get("/split");
            session = first.headers().firstValue("x-session").orElse("");
            at = first.body();
        }
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < REQUESTS; i++) {
            answers.add(get("/split", "x-session", session).body());
        }
        assertThat(answers).containsExactlyInAnyOrder(at, "c");
    }

    @Test
    void retriesOverTheBudgetAreNotMade() throws Exception {
        failTogether("/few-retries");
        assertThat(envoy.stat("cluster\\.backend/default/few.*\\.upstream_rq_retry"))
                .isEqualTo(1);

        failTogether("/all-retries");
        assertThat(envoy.stat("cluster\\.backend/default/all.*\\.upstream_rq_retry"))
                .isEqualTo(AT_ONCE);
    }

    /** Requests that all fail at the same time, and are so retried at the same time. */
    private static void failTogether(String path) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            answers.add(CLIENT.sendAsync(request(path), HttpResponse.BodyHandlers.ofString()));
        }
        answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(503));
    }

    private static HttpRequest request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        return (headers.length == 0 ? request : request.headers(headers)).build();
    }

    private static HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpResponse<String> response = CLIENT.send(request(path, headers), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response;
    }

    private static int answering(String name) throws IOException {
        return server(_ -> name, 200);
    }

    /** Fails, the first requests together once all are there. */
    private static int failing() throws IOException {
        CyclicBarrier together = new CyclicBarrier(AT_ONCE);
        return server(
                attempt -> {
                    if (attempt <= AT_ONCE) {
                        together.await(1, TimeUnit.MINUTES);
                    }
                    return "";
                },
                503);
    }

    private interface Answer {
        String of(int attempt) throws Exception;
    }

    private static int server(Answer answer, int status) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        AtomicInteger attempts = new AtomicInteger();
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] body = answer.of(attempts.incrementAndGet()).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        server.start();
        BACKENDS.add(server);
        return server.getAddress().getPort();
    }

    private static String objects() throws IOException {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec: {gatewayClassName: gatehouse, listeners: [{name: http, protocol: HTTP, port: %d}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: app, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /one}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: pair}]
                  - matches: [{path: {value: /split}}]
                    backendRefs:
                    - {group: gateway.envoyproxy.io, kind: Backend, name: pair}
                    - {group: gateway.envoyproxy.io, kind: Backend, name: single}
                  - matches: [{path: {value: /few-retries}}]
                    retry: {codes: [503], attempts: 1}
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: few}]
                  - matches: [{path: {value: /all-retries}}]
                    retry: {codes: [503], attempts: 1}
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: all}]
                ---
                apiVersion: gateway.networking.x-k8s.io/v1alpha1
                kind: XBackendTrafficPolicy
                metadata: {name: sessions, namespace: default}
                spec:
                  targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: pair}]
                  sessionPersistence: {type: Header, header: {name: x-session}}
                ---
                apiVersion: gateway.networking.x-k8s.io/v1alpha1
                kind: XBackendTrafficPolicy
                metadata: {name: retries, namespace: default}
                spec:
                  targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: few}]
                  retryConstraint: {budget: {percent: 0}, minRetryRate: {count: 1, interval: 1s}}
                """.formatted(port)
                + backend("pair", answering("a"), answering("b"))
                + backend("single", answering("c"))
                + backend("few", failing())
                + backend("all", failing());
    }

    private static String backend(String name, int... ports) {
        StringBuilder endpoints = new StringBuilder();
        for (int each : ports) {
            endpoints
                    .append("  - {ip: {address: 203.0.113.1, port: ")
                    .append(each)
                    .append("}}\n");
        }
        return """
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: %s, namespace: default}
                spec:
                  endpoints:
                """.formatted(name) + endpoints;
    }
}
