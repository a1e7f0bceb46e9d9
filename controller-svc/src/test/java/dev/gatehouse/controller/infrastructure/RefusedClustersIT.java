package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import dev.gatehouse.controller.backend.ClusterSettings;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.controller.envoy.SecretName;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.testkit.EnvoyValidate;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Values that the schemas allow and Envoy refuses in clusters: no proxy is sent them, and their owners are told. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RefusedClustersIT {
    /** As long as the schema allows, and one character too long for a socket of Linux. */
    private static final String LONG_PATH = "/" + "x".repeat(107);

    private static final String NAME = "app.test";

    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gw, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: http, protocol: HTTP, port: ${port}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: app, namespace: default}
            spec: {endpoints: [{fqdn: {hostname: app.test, port: ${app}}}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: server, namespace: default}
            spec: {appProtocols: [gateway.envoyproxy.io/h2c], endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: refresh, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: refresh}]
              dns: {dnsRefreshRate: 1ms}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: pings, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: pings}]
              http2: {connectionKeepalive: {interval: 10s}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: asked, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: asked}]
              extAuth:
                grpc:
                  backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: server}]
                  backendSettings: {http2: {connectionKeepalive: {interval: 10s}}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyExtensionPolicy
            metadata: {name: processed, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: processed}]
              extProc:
              - backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: server}]
                backendSettings: {http2: {connectionKeepalive: {interval: 10s}}}
            """;

    private static final String ROUTE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: gw}]
              rules:
              - matches: [{path: {value: /${name}}}]
                backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: ${backend}}]
            """;

    private static String route(String name, String backend) {
        return ROUTE.replace("${name}", name).replace("${backend}", backend);
    }

    @Test
    void areNotSentAndNoOtherRouteIsAffected(@TempDir Path folder) throws Exception {
        int port = FreePorts.one();
        try (Backend app = Backend.start("app");
                HttpClient client = HttpClient.newHttpClient()) {
            String objects =
                    OBJECTS.replace("${port}", String.valueOf(port)).replace("${app}", String.valueOf(app.port()))
                            + route("plain", "app")
                            + route("refresh", "app")
                            + route("pings", "server")
                            + route("asked", "app")
                            + route("processed", "app");
            OfflineTranslation translation =
                    FleetGolden.translate(Files.writeString(folder.resolve("in.yaml"), objects));
            assertThat(translation.problems())
                    .extracting(Problem::toString)
                    .anySatisfy(told -> assertThat(told).contains("refresh", "dns_refresh_rate", "0.001s"))
                    .anySatisfy(told -> assertThat(told).contains("pings", "connection_keepalive.timeout"))
                    .anySatisfy(told -> assertThat(told).contains("asked", "connection_keepalive.timeout"))
                    .anySatisfy(told -> assertThat(told).contains("processed", "connection_keepalive.timeout"));

            refusedByEnvoy(cluster(settings(translation, "refresh")));
            refusedByEnvoy(cluster(settings(translation, "pings")));

            try (RealEnvoy envoy = FleetEnvoy.start(
                    translation,
                    folder,
                    _ -> true,
                    text -> text.replace(FieldsFleet.ADDRESS, "127.0.0.1").replace(NAME, "127.0.0.1"),
                    "")) {
                envoy.awaitReady();
                assertThat(envoy.log()).noneMatch(line -> line.contains("rejected"));
                assertThat(send(client, port, "/plain").statusCode()).isEqualTo(200);
                // A tuning field: the route is served without the policy's settings.
                assertThat(send(client, port, "/refresh").statusCode()).isEqualTo(200);
                // Who is asked, and what requests pass, cannot be left out.
                assertThat(send(client, port, "/asked").statusCode()).isEqualTo(500);
                assertThat(send(client, port, "/processed").statusCode()).isEqualTo(500);
            }
        }
    }

    @Test
    void aSocketMayHaveThePathThatLinuxHasRoomFor() {
        assertThat(ClusterResources.problem(socket(LONG_PATH)).orElseThrow()).contains("108 bytes", "at most 107");
        refusedByEnvoy(ClusterResources.endpoints(socket(LONG_PATH), _ -> List.of()));
        String shorter = LONG_PATH.substring(1);
        assertThat(ClusterResources.problem(socket(shorter))).isEmpty();
        EnvoyValidate.assertLoads(List.of(ClusterResources.endpoints(socket(shorter), _ -> List.of())));
    }

    private static ClusterSettings settings(OfflineTranslation translation, String policy) {
        Object spec = Objects.requireNonNull(translation
                        .objects()
                        .get(ObjectRef.of(Kinds.BACKEND_TRAFFIC_POLICY, new ObjectKey("default", policy))))
                .resource()
                .spec();
        return ClusterSettings.of((TrafficSettings) ((Policy<?>) spec).settings(), "a.test");
    }

    private static Message cluster(ClusterSettings settings) {
        ClusterSpec spec = new ClusterSpec(
                        "sample",
                        listed(new dev.gatehouse.gatewayapi.Backend.Endpoint.Fqdn("localhost", 80)),
                        ClusterSpec.Protocol.HTTP2)
                .with(settings);
        return ClusterResources.cluster(spec, EnvoyProxySpec.DEFAULT, _ -> List.of(), SecretName.Sources.NONE);
    }

    private static ClusterSpec socket(String path) {
        return new ClusterSpec(
                "sample", listed(new dev.gatehouse.gatewayapi.Backend.Endpoint.Unix(path)), ClusterSpec.Protocol.HTTP1);
    }

    private static ClusterSpec.Endpoints listed(dev.gatehouse.gatewayapi.Backend.Endpoint endpoint) {
        return new ClusterSpec.Endpoints.Listed(List.of(new ClusterSpec.Place(
                new dev.gatehouse.gatewayapi.Backend.Member(endpoint, Optional.empty(), Optional.empty()),
                Optional.empty())));
    }

    private static void refusedByEnvoy(Message resource) {
        assertThatThrownBy(() -> EnvoyValidate.assertLoads(List.of(resource))).isInstanceOf(AssertionError.class);
    }

    private static HttpResponse<String> send(HttpClient client, int port, String path)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
