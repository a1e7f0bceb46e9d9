package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Routes that name no Gateway (GEP-3793), in the real Envoy. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DefaultGatewaysIT {
    @Test
    void aRouteIsServedByTheListenersThatAllowIt(@TempDir Path folder) throws Exception {
        int everybody = FreePorts.one();
        int own = FreePorts.one();
        Backend app = Backend.start("app");
        String objects = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: everybody, namespace: infra}
                spec:
                  gatewayClassName: gatehouse
                  defaultScope: All
                  listeners:
                  - {name: all, protocol: HTTP, port: ${everybody}, allowedRoutes: {namespaces: {from: All}}}
                  - {name: own, protocol: HTTP, port: ${own}}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: app, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: defaulted, namespace: default}
                spec:
                  useDefaultGateways: All
                  rules:
                  - matches: [{path: {value: /defaulted}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                """.replace("${everybody}", String.valueOf(everybody))
                .replace("${own}", String.valueOf(own))
                .replace("${app}", String.valueOf(app.port()));
        try (FieldsFleet _ = FieldsFleet.start(folder, objects, Map.of("app", app));
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(status(client, everybody, "/defaulted")).isEqualTo(200);
            assertThat(status(client, own, "/defaulted")).isEqualTo(404);
        }
    }

    private static int status(HttpClient client, int port, String path) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
