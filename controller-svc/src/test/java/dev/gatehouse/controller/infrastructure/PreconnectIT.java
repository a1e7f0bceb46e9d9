package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that the real Envoy makes before it needs them: a request to a pair of endpoints, and the connections that come. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PreconnectIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static final String NEXT =
            "loadBalancer: {type: RoundRobin}\n  connection: {preconnect: {predictivePercent: 300}}";
    private static final String EACH =
            "loadBalancer: {type: RoundRobin}\n  connection: {preconnect: {perEndpointPercent: 200}}";
    private static final String NONE = "loadBalancer: {type: RoundRobin}";

    /** @param first of two endpoints */
    private record Pair(RawBackend first, RawBackend second) implements AutoCloseable {
        static Pair start() throws Exception {
            String empty = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            return new Pair(RawBackend.start(empty), RawBackend.start(empty));
        }

        /** Of each endpoint, fewer first. */
        List<Integer> connections() {
            return List.of(
                    Math.min(first.connections(), second.connections()),
                    Math.max(first.connections(), second.connections()));
        }

        @Override
        public void close() throws Exception {
            first.close();
            second.close();
        }
    }

    @Test
    void connectionsAreMadeBeforeTheyAreNeeded(@TempDir Path folder) throws Exception {
        int port = FreePorts.one();
        try (Pair next = Pair.start();
                Pair each = Pair.start();
                Pair none = Pair.start();
                HttpClient client = HttpClient.newHttpClient()) {
            // Envoy holds the predicted connections against the idle ones of all clusters of a worker: that policy is
            // first.
            Map<String, Pair> pairs = new LinkedHashMap<>();
            pairs.put("next", next);
            pairs.put("none", none);
            pairs.put("each", each);
            String objects = """
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: Gateway
                    metadata: {name: gw, namespace: default}
                    spec: {gatewayClassName: gatehouse, listeners: [{name: http, protocol: HTTP, port: %d}]}
                    """.formatted(port)
                    + routed("next", NEXT, next)
                    + routed("each", EACH, each)
                    + routed("none", NONE, none);
            try (FieldsFleet _ = FieldsFleet.start(folder, objects, Map.of())) {
                for (String name : pairs.keySet()) {
                    assertThat(client.send(
                                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + name))
                                                    .build(),
                                            HttpResponse.BodyHandlers.discarding())
                                    .statusCode())
                            .isEqualTo(200);
                }
                Await.until(() -> next.connections().equals(List.of(1, 1)), SOON, () -> "next: " + next.connections());
                Await.until(() -> each.connections().equals(List.of(0, 2)), SOON, () -> "each: " + each.connections());
                assertThat(none.connections()).containsExactly(0, 1);
            }
        }
    }

    private static String routed(String name, String policy, Pair pair) {
        return """
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: ${name}, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${first}}}, {ip: {address: 203.0.113.1, port: ${second}}}]}
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
                .replace("${first}", String.valueOf(pair.first().port()))
                .replace("${second}", String.valueOf(pair.second().port()))
                .replace("${policy}", policy);
    }
}
