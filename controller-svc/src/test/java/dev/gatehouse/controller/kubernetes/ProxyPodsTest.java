package dev.gatehouse.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.console.LiveTraffic.Proxy;
import dev.gatehouse.console.model.RefusedRequest;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One server is the API server and, on the same address, every proxy. */
final class ProxyPodsTest {
    private static final String LOG = """
            [2026-11-29 01:00:00.000][1][info] starting
            {"response_code":200,"response_code_details":"via_upstream","start_time":"2026-11-29T01:00:00.100Z"}
            {"response_code":403,"response_code_details":"waf_blocked{rule_id=7,phase=1}","response_flags":"-","start_time":"%s","method":"GET",":authority":"%s","x-envoy-origin-path":"/a?token=s3cret"}
            """;

    private final List<String> pods = new CopyOnWriteArrayList<>();
    private final Map<String, String> logs = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger counterStatus = new AtomicInteger(200);
    private final HttpServer server;
    private final KubernetesClient client;

    ProxyPodsTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withAutoConfigure(false)
                        .withMasterUrl("http://127.0.0.1:" + port())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    private int port() {
        return server.getAddress().getPort();
    }

    @AfterEach
    void close() {
        client.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.add(path);
        int status = 200;
        String body;
        if (path.endsWith("/pods")) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            body = "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[" + String.join(",", pods) + "]}";
        } else if (path.endsWith("/log")) {
            body = logs.getOrDefault(path.split("/")[6], "");
        } else {
            status = counterStatus.get();
            body = "envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\","
                    + "envoy_http_conn_manager_prefix=\"shop-front-80\"} 12\n";
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private void pod(String name, String phase, String labels) {
        pods.add("""
                {"metadata":{"name":"%s","namespace":"gw","labels":{%s}},"status":{"phase":"%s","podIP":"127.0.0.1"}}
                """.formatted(name, labels, phase));
    }

    private static String gateway(String namespace, String name) {
        return "\"gateway.envoyproxy.io/owning-gateway-namespace\":\"" + namespace
                + "\",\"gateway.envoyproxy.io/owning-gateway-name\":\"" + name + "\"";
    }

    private ProxyPods pods(int metricsPort) {
        return new ProxyPods(client, Optional.of("gw"), metricsPort);
    }

    @Test
    void everyProxyThatRunsIsAskedForItsCounters() {
        pod("one", "Running", gateway("shop", "front"));
        pod("two", "Running", "\"gateway.envoyproxy.io/owning-gatewayclass\":\"merged\"");
        pod("starting", "Pending", gateway("shop", "front"));
        assertThat(pods(port()).counters())
                .containsOnlyKeys(new Proxy("shop/front", "gw/one"), new Proxy("merged", "gw/two"))
                .allSatisfy((_, counters) -> assertThat(counters.classes()).containsEntry(2, 12.0));
    }

    @Test
    void aProxyThatDoesNotAnswerIsLeftOut() throws IOException {
        pod("one", "Running", gateway("shop", "front"));
        counterStatus.set(503);
        assertThat(pods(port()).counters()).isEmpty();
        try (java.net.ServerSocket closed = new java.net.ServerSocket(0)) {
            int nobody = closed.getLocalPort();
            closed.close();
            assertThat(pods(nobody).counters()).isEmpty();
        }
    }

    @Test
    void theRefusedRequestsOfAllProxiesAreInTheOrderOfTheirTimesWithoutTheirQueries() {
        pod("one", "Running", gateway("shop", "front"));
        pod("two", "Running", gateway("shop", "back"));
        logs.put("one", LOG.formatted("2026-11-29T01:00:05.000Z", "late.example"));
        logs.put("two", LOG.formatted("2026-11-29T01:00:01.000Z", "early.example"));
        List<RefusedRequest> refused = pods(port()).latest(EnumSet.allOf(RefusedRequest.Kind.class));
        assertThat(refused).extracting(RefusedRequest::host).containsExactly("late.example", "early.example");
        assertThat(refused).extracting(RefusedRequest::gateway).containsExactly("shop/front", "shop/back");
        assertThat(refused.toString()).doesNotContain("s3cret");
    }

    @Test
    void logsAreNotReadForEachLookWithinSeconds() {
        pod("one", "Running", gateway("shop", "front"));
        ProxyPods pods = pods(port());
        for (int i = 0; i < 5; i++) {
            pods.latest(EnumSet.allOf(RefusedRequest.Kind.class));
        }
        assertThat(asked).filteredOn(path -> path.endsWith("/log")).hasSize(1);
    }
}
