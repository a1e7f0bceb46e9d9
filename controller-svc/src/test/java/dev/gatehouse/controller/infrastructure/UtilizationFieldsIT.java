package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.xds.data.orca.v3.OrcaLoadReport;
import com.github.xds.service.orca.v3.OpenRcaServiceGrpc;
import com.github.xds.service.orca.v3.OrcaLoadReportRequest;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The fields of {@code loadBalancer.backendUtilization}: how the real Envoy shares requests out between a busy endpoint and an idle one, which
 * report their load (ORCA) in the headers of responses, or in a stream of their own. Each policy has a path of its own.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class UtilizationFieldsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int REQUESTS = 60;

    /** The share of the idle endpoint in percent: above, the reports count; in between, they do not. */
    private static final int MOST = 75;

    private static final int FEWEST = 35;
    private static final int HALF_AT_MOST = 65;

    /** On which addresses the two endpoints are; the proxy's objects have a documentation address that ends alike. */
    private static final String BUSY = "127.0.0.10";

    private static final String IDLE = "127.0.0.11";

    /** The reports in headers, by path: of the busy endpoint, and of the idle one. */
    private record Reports(String busy, String idle) {
        static final Reports NONE = new Reports("", "");
        static final Reports OF_APPLICATION = new Reports(
                "rps_fractional=100,application_utilization=0.9", "rps_fractional=100,application_utilization=0.1");
        static final Reports OF_ERRORS = new Reports(
                "rps_fractional=100,eps=50,application_utilization=0.1",
                "rps_fractional=100,application_utilization=0.1");
        static final Reports OF_QUEUE = new Reports(
                "rps_fractional=100,cpu_utilization=0.5,named_metrics.queue=0.9",
                "rps_fractional=100,cpu_utilization=0.5,named_metrics.queue=0.1");
    }

    private static final Map<String, Reports> REPORTS = Map.of(
            "/counted", Reports.OF_APPLICATION,
            "/blackout", Reports.OF_APPLICATION,
            "/rarely", Reports.OF_APPLICATION,
            "/kept", Reports.OF_APPLICATION,
            "/expired", Reports.OF_APPLICATION,
            "/errors", Reports.OF_ERRORS,
            "/no-penalty", Reports.OF_ERRORS,
            "/named", Reports.OF_QUEUE,
            "/unnamed", Reports.OF_QUEUE);

    private static final Map<String, String> POLICIES = new TreeMap<>(Map.of(
            "counted",
                    "loadBalancer: {type: BackendUtilization, backendUtilization: {blackoutPeriod: 0s, weightUpdatePeriod: 100ms}}",
            "blackout",
                    "loadBalancer: {type: BackendUtilization, backendUtilization: {blackoutPeriod: 1h, weightUpdatePeriod: 100ms}}",
            "rarely",
                    "loadBalancer: {type: BackendUtilization, backendUtilization: {blackoutPeriod: 0s, weightUpdatePeriod: 1h}}",
            "kept",
                    "loadBalancer: {type: BackendUtilization, backendUtilization:"
                            + " {blackoutPeriod: 0s, weightUpdatePeriod: 100ms, weightExpirationPeriod: 1h}}",
            "expired",
                    "loadBalancer: {type: BackendUtilization, backendUtilization:"
                            + " {blackoutPeriod: 0s, weightUpdatePeriod: 100ms, weightExpirationPeriod: 2s}}",
            "errors",
                    "loadBalancer: {type: BackendUtilization, backendUtilization:"
                            + " {blackoutPeriod: 0s, weightUpdatePeriod: 100ms, errorUtilizationPenaltyPercent: 1000}}",
            "no-penalty",
                    "loadBalancer: {type: BackendUtilization, backendUtilization:"
                            + " {blackoutPeriod: 0s, weightUpdatePeriod: 100ms, errorUtilizationPenaltyPercent: 0}}",
            "named",
                    "loadBalancer: {type: BackendUtilization, backendUtilization: {blackoutPeriod: 0s, weightUpdatePeriod: 100ms,"
                            + " metricNamesForComputingUtilization: [named_metrics.queue]}}",
            "unnamed",
                    "loadBalancer: {type: BackendUtilization, backendUtilization: {blackoutPeriod: 0s, weightUpdatePeriod: 100ms}}",
            "fetched",
                    "loadBalancer: {type: BackendUtilization, backendUtilization: {blackoutPeriod: 0s, weightUpdatePeriod: 100ms,"
                            + " outOfBand: {reportingPeriod: 7s, port: ${reports}, authority: orca.test}}}"));

    @TempDir
    private static Path folder;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final List<HttpServer> ENDPOINTS = new ArrayList<>();
    private static final List<Loads> LOADS = new ArrayList<>();
    private static volatile boolean silent;
    private static FieldsFleet fleet;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        port = FreePorts.one();
        int endpoint = FreePorts.one();
        int reports = FreePorts.one();
        for (String address : List.of(BUSY, IDLE)) {
            ENDPOINTS.add(endpoint(address, endpoint));
            LOADS.add(Loads.start(address, reports));
        }
        StringBuilder objects = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec: {gatewayClassName: gatehouse, listeners: [{name: http, protocol: HTTP, port: ${port}}]}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: both, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.10, port: ${endpoint}}}, {ip: {address: 203.0.113.11, port: ${endpoint}}}]}
                """);
        POLICIES.forEach(
                (name, policy) -> objects.append("""
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
                  ${policy}
                """.replace("${name}", name).replace("${policy}", policy)));
        fleet = FieldsFleet.start(
                folder,
                objects.toString()
                        .replace("${port}", String.valueOf(port))
                        .replace("${endpoint}", String.valueOf(endpoint))
                        .replace("${reports}", String.valueOf(reports)),
                Map.of());
    }

    @AfterAll
    static void stop() {
        fleet.close();
        ENDPOINTS.forEach(each -> each.stop(0));
        LOADS.forEach(each -> each.server().shutdownNow());
        CLIENT.close();
    }

    /** An endpoint that answers with its address, and reports what {@link #REPORTS} says. */
    private static HttpServer endpoint(String address, int at) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, at), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(exchange, address));
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange, String address) throws IOException {
        try (exchange) {
            Reports reports = silent
                    ? Reports.NONE
                    : REPORTS.getOrDefault(exchange.getRequestURI().getPath(), Reports.NONE);
            String report = address.equals(BUSY) ? reports.busy() : reports.idle();
            if (!report.isEmpty()) {
                exchange.getResponseHeaders().add("endpoint-load-metrics", "TEXT " + report);
            }
            byte[] body = address.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /**
     * The stream of reports of an endpoint.
     *
     * @param calls the authority and the period that were asked for
     */
    private record Loads(Server server, Queue<String> calls) {
        static Loads start(String address, int at) throws IOException {
            Queue<String> calls = new ConcurrentLinkedQueue<>();
            var service = new OpenRcaServiceGrpc.OpenRcaServiceImplBase() {
                @Override
                public void streamCoreMetrics(OrcaLoadReportRequest request, StreamObserver<OrcaLoadReport> answer) {
                    calls.add("every " + request.getReportInterval().getSeconds() + "s");
                    answer.onNext(OrcaLoadReport.newBuilder()
                            .setRpsFractional(100)
                            .setApplicationUtilization(address.equals(BUSY) ? 0.9 : 0.1)
                            .build());
                }
            };
            ServerInterceptor authority = new ServerInterceptor() {
                @Override
                public <T, R> ServerCall.Listener<T> interceptCall(
                        ServerCall<T, R> call, Metadata headers, ServerCallHandler<T, R> next) {
                    calls.add("to " + call.getAuthority());
                    return next.startCall(call, headers);
                }
            };
            Server server = NettyServerBuilder.forAddress(new InetSocketAddress(address, at))
                    .addService(ServerInterceptors.intercept(service, authority))
                    .build()
                    .start();
            return new Loads(server, calls);
        }
    }

    @Test
    void anEndpointGetsFewerRequestsAsMuchAsItReports() {
        awaitMost("/counted");
    }

    @Test
    void reportsDoNotCountInTheirBlackout() throws Exception {
        awaitMost("/counted");
        shareOfIdle("/blackout");
        awaitMost("/counted");
        assertThat(shareOfIdle("/blackout")).isBetween(FEWEST, HALF_AT_MOST);
    }

    @Test
    void weightsChangeNoMoreOftenThanTheyAreUpdated() throws Exception {
        shareOfIdle("/rarely");
        awaitMost("/counted");
        assertThat(shareOfIdle("/rarely")).isBetween(FEWEST, HALF_AT_MOST);
    }

    @Test
    void aWeightEndsWhenNoReportHasRenewedIt() throws Exception {
        awaitMost("/kept");
        awaitMost("/expired");
        silent = true;
        try {
            Await.until(() -> shareOfIdle("/expired") < HALF_AT_MOST, SOON, () -> "the weight has not expired");
            assertThat(shareOfIdle("/kept")).isGreaterThan(MOST);
        } finally {
            silent = false;
        }
    }

    @Test
    void errorsWeighAsMuchAsThePolicySays() throws Exception {
        shareOfIdle("/no-penalty");
        awaitMost("/errors");
        assertThat(shareOfIdle("/no-penalty")).isBetween(FEWEST, HALF_AT_MOST);
    }

    @Test
    void loadIsTheMetricThatThePolicyNames() throws Exception {
        shareOfIdle("/unnamed");
        awaitMost("/named");
        assertThat(shareOfIdle("/unnamed")).isBetween(FEWEST, HALF_AT_MOST);
    }

    @Test
    void reportsAreFetchedInAStreamOfTheirOwn() {
        awaitMost("/fetched");
        for (Loads each : LOADS) {
            assertThat(each.calls()).contains("to orca.test", "every 7s");
        }
    }

    private static void awaitMost(String path) {
        Await.until(
                () -> shareOfIdle(path) > MOST, SOON, () -> path + ": the idle endpoint does not get most requests");
    }

    private static int shareOfIdle(String path) throws IOException, InterruptedException {
        int idle = 0;
        for (int i = 0; i < REQUESTS; i++) {
            String answer = CLIENT.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            assertThat(answer).isIn(BUSY, IDLE);
            idle += answer.equals(IDLE) ? 1 : 0;
        }
        return 100 * idle / REQUESTS;
    }
}
