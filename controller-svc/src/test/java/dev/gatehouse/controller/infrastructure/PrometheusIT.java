package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.envoyapi.EnvoyTypes;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The port at which a proxy has its metrics: the real Envoy with the listeners of a fleet's bootstrap, at ports that are free here. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PrometheusIT {
    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gw, namespace: default}
            spec:
              gatewayClassName: gatehouse
              infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy}}
              listeners: [{name: http, protocol: HTTP, port: 80}]
            """;

    private static final String USUAL = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: proxy, namespace: default}
            spec: {telemetry: {metrics: {prometheus: {}}}}
            """;

    private static final String DISABLED = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: proxy, namespace: default}
            spec: {telemetry: {metrics: {prometheus: {disable: true}}}}
            """;

    @Test
    void aProxyHasItsMetricsForPrometheusAndItsPodSaysWhere(@TempDir Path folder) throws Exception {
        Fleet fleet = Fleet.of(folder, GATEWAY + USUAL);
        try (RealEnvoy _ = fleet.start()) {
            HttpResponse<String> metrics = get(fleet.metrics(), "/stats/prometheus");
            assertThat(metrics.statusCode()).isEqualTo(200);
            assertThat(metrics.body()).contains("envoy_server_live");
        }
        assertThat(fleet.objects()).contains("prometheus.io/port=19001");
    }

    @Test
    void aProxyWhosePrometheusIsDisabledHasNoPortForItAndItsPodAsksForNoVisits(@TempDir Path folder) throws Exception {
        Fleet fleet = Fleet.of(folder, GATEWAY + DISABLED);
        try (RealEnvoy _ = fleet.start()) {
            assertThat(get(fleet.readiness(), "/ready").statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> get(fleet.metrics(), "/stats/prometheus")).isInstanceOf(ConnectException.class);
        }
        assertThat(fleet.objects()).doesNotContain("prometheus.io").doesNotContain("19001");
    }

    /** @param objects the objects of Kubernetes that run the proxies, without the Envoys' arguments */
    private record Fleet(String bootstrap, String objects, int admin, int metrics, int readiness) {
        static Fleet of(Path folder, String objects) throws IOException {
            OfflineTranslation translation =
                    FleetGolden.translate(Files.writeString(folder.resolve("in.yaml"), objects));
            assertThat(translation.problems()).isEmpty();
            List<KubernetesObject> made = translation.translator().infrastructure().values().stream()
                    .filter(Infrastructure.Desired.class::isInstance)
                    .map(Infrastructure.Desired.class::cast)
                    .flatMap(desired -> desired.objects().stream())
                    .toList();
            String bootstrap = made.stream()
                    .flatMap(each -> FleetGolden.bootstrap(each).stream())
                    .findFirst()
                    .orElseThrow();
            List<Integer> ports = FreePorts.some(3);
            return new Fleet(
                    bootstrap, made.toString().replace(bootstrap, ""), ports.get(0), ports.get(1), ports.get(2));
        }

        RealEnvoy start() throws IOException {
            Bootstrap.Builder here = Bootstrap.newBuilder();
            JsonFormat.parser().usingTypeRegistry(EnvoyTypes.registry()).merge(bootstrap, here);
            // Proxies learn of their own cluster, xds-svc and the rest from xds-svc, which is not here.
            here.clearDynamicResources().clearClusterManager();
            here.getNodeBuilder().setId("a").setCluster("b");
            move(here.getAdminBuilder().getAddressBuilder().getSocketAddressBuilder());
            List<Cluster> clusters = here.getStaticResources().getClustersList();
            here.getStaticResourcesBuilder().clearClusters();
            clusters.stream()
                    .filter(each -> each.getType() == Cluster.DiscoveryType.STATIC)
                    .forEach(each -> {
                        Cluster.Builder cluster = each.toBuilder();
                        cluster.getLoadAssignmentBuilder().getEndpointsBuilderList().stream()
                                .flatMap(locality -> locality.getLbEndpointsBuilderList().stream())
                                .map(endpoint -> endpoint.getEndpointBuilder())
                                .map(Endpoint.Builder::getAddressBuilder)
                                .forEach(address -> move(address.getSocketAddressBuilder()));
                        here.getStaticResourcesBuilder().addClusters(cluster);
                    });
            here.getStaticResourcesBuilder().getListenersBuilderList().stream()
                    .map(Listener.Builder::getAddressBuilder)
                    .forEach(address -> move(address.getSocketAddressBuilder()));
            return RealEnvoy.withBootstrap(JsonFormat.printer()
                            .usingTypeRegistry(EnvoyTypes.registry())
                            .preservingProtoFieldNames()
                            .print(here))
                    .awaitReady();
        }

        private void move(SocketAddress.Builder address) {
            address.setAddress("127.0.0.1")
                    .setPortValue(
                            switch (address.getPortValue()) {
                                case ProxyBootstrap.ADMIN_PORT -> admin;
                                case InfrastructureSettings.METRICS_PORT -> metrics;
                                case ProxyBootstrap.READINESS_PORT -> readiness;
                                default -> throw new AssertionError("a port that no test knows: " + address);
                            });
        }
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
