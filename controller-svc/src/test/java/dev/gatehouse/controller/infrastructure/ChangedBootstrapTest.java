package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.gatewayapi.EnvoyProxySpec.BootstrapChange;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.IpFamily;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.merge.JsonPatch;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChangedBootstrapTest {
    /** A bootstrap that Envoy Gateway accepts: its {@code testdata/validate/valid-user-bootstrap.yaml}. */
    private static final String ENVOY_GATEWAYS = """
            admin:
              accessLog:
              - name: envoy.access_loggers.file
                typedConfig:
                  '@type': type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                  path: /dev/null
              address:
                socketAddress:
                  address: 127.0.0.1
                  portValue: 19000
            dynamicResources:
              adsConfig:
                apiType: DELTA_GRPC
                grpcServices:
                - envoyGrpc:
                    clusterName: xds_cluster
                setNodeOnFirstMessageOnly: true
                transportApiVersion: V3
              ldsConfig:
                ads: {}
                resourceApiVersion: V3
                initialFetchTimeout: 30s
              cdsConfig:
                ads: {}
                resourceApiVersion: V3
                initialFetchTimeout: 30s
            staticResources:
              clusters:
              - connectTimeout: 7s
                loadAssignment:
                  clusterName: xds_cluster
                  endpoints:
                  - loadBalancingWeight: 1
                    lbEndpoints:
                    - loadBalancingWeight: 1
                      endpoint:
                        address:
                          socketAddress:
                            address: envoy-gateway
                            portValue: 18000
                name: xds_cluster
                transportSocket:
                  name: envoy.transport_sockets.tls
                  typedConfig:
                    '@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                    commonTlsContext:
                      tlsParams:
                        tlsMaximumProtocolVersion: TLSv1_3
                      validationContextSdsSecretConfig:
                        name: xds_trusted_ca
                        sdsConfig:
                          pathConfigSource:
                            path: /sds/xds-trusted-ca.json
                          resourceApiVersion: V3
                type: STRICT_DNS
                typedExtensionProtocolOptions:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    '@type': type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicitHttpConfig:
                      http2ProtocolOptions: {}
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "envoy-gateway",
                "envoy-gateway.gatehouse.svc.cluster.test.",
                "envoy-gateway.gatehouse.svc.cluster.test",
                "envoy-gateway.envoy-gateway-system.svc.cluster.test."
            })
    void aBootstrapForEnvoyGatewayGetsItsConfigurationFromXdsSvc(String address) throws PatchFailure {
        JsonObject changed = replaced(ENVOY_GATEWAYS.replace("address: envoy-gateway", "address: " + address));
        JsonObject xds = cluster(changed, "xds_cluster");
        JsonObject own = cluster(json(null), "xds_cluster");
        assertThat(xds.getValue("load_assignment")).isEqualTo(own.getValue("load_assignment"));
        // The user's has no certificate of its own, and accepts every certificate of the CA as that of the xDS server.
        assertThat(xds.getValue("transport_socket")).isEqualTo(own.getValue("transport_socket"));
        assertThat(xds.getString("connect_timeout")).isEqualTo("7s");
        assertThat(changed.getJsonObject("dynamic_resources")
                        .getJsonObject("lds_config")
                        .getString("initial_fetch_timeout"))
                .isEqualTo("30s");
    }

    @Test
    void theProbesOfThePodsHaveAListener() throws PatchFailure {
        assertThat(listeners(replaced(ENVOY_GATEWAYS))).containsExactly("envoy-gateway-proxy-ready");
        String own = """
              listeners:
              - name: envoy-gateway-proxy-ready-0.0.0.0-19003
                address: {socket_address: {address: 0.0.0.0, port_value: 19003}}
            """;
        assertThat(listeners(replaced(ENVOY_GATEWAYS + own)))
                .containsExactly("envoy-gateway-proxy-ready-0.0.0.0-19003");
    }

    @Test
    void theZonesOfTheFleetAreTold() throws PatchFailure {
        JsonObject changed = replaced(
                ENVOY_GATEWAYS.replace("  clusters:\n", """
                  clusters:
                  - name: shop/gw
                    type: EDS
                    edsClusterConfig: {serviceName: shop/gw, edsConfig: {ads: {}, resourceApiVersion: V3}}
                """) + "clusterManager: {localClusterName: shop/gw}\n");
        assertThat(cluster(changed, "shop/gw")
                        .getJsonObject("eds_cluster_config")
                        .getString("service_name"))
                .isEqualTo("local_cluster");
    }

    @Test
    void theTokenOfEnvoyGatewayIsNotSent() throws PatchFailure {
        JsonObject changed = replaced(ENVOY_GATEWAYS + """
                        httpFilters:
                        - name: envoy.filters.http.credential_injector
                          typedConfig:
                            '@type': type.googleapis.com/envoy.extensions.filters.http.credential_injector.v3.CredentialInjector
                            credential:
                              name: envoy.http.injected_credentials.generic
                              typedConfig:
                                '@type': type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic
                                credential: {name: jwt-sa-bearer, sdsConfig: {ads: {}, resourceApiVersion: V3}}
            """.indent(-4));
        assertThat(changed.encode()).doesNotContain("credential_injector");
        assertThat(cluster(changed, "xds_cluster").getValue("typed_extension_protocol_options"))
                .isEqualTo(cluster(json(null), "xds_cluster").getValue("typed_extension_protocol_options"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "address: envoy-gateway | address: elsewhere | spec.bootstrap: changes load_assignment of the cluster xds_cluster to {\"cluster_name\":\"xds_cluster\"",
                "portValue: 18000 | portValue: 18001 | spec.bootstrap: changes load_assignment of the cluster xds_cluster",
                "name: xds_cluster | name: other | spec.bootstrap: changes load_assignment of the cluster xds_cluster to nothing (expected: {\"cluster_name\":\"xds_cluster\"",
                "apiType: DELTA_GRPC | apiType: GRPC | spec.bootstrap: changes dynamic_resources (expected: as they are",
                "dynamicResources: | hdsConfig: | spec.bootstrap.value: is no bootstrap of Envoy: Cannot find field: adsConfig",
                "address: 127.0.0.1 | resolverName: x | spec.bootstrap.value: Envoy would refuse the bootstrap: admin.address.socket_address.address",
                "path: /dev/null | pfad: /dev/null | spec.bootstrap.value: is no bootstrap of Envoy: Cannot find field: pfad"
            })
    void aWholeBootstrapIsRefused(String text, String other, String message) {
        assertThat(ENVOY_GATEWAYS).contains(text);
        assertThatThrownBy(() -> replaced(ENVOY_GATEWAYS.replace(text, other)))
                .isInstanceOf(PatchFailure.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{{' | spec.bootstrap.value:1:",
                "'nope: 1' | spec.bootstrap.value: is no bootstrap of Envoy: Cannot find field: nope",
                "'a: 1\n---\nb: 2' | spec.bootstrap.value: has 2 documents (expected: one)",
                "'admin: {}' | spec.bootstrap: has no dynamic_resources (expected: those of the default bootstrap"
            })
    void textThatIsNoBootstrapIsRefused(String yaml, String message) {
        assertThatThrownBy(() -> replaced(yaml))
                .isInstanceOf(PatchFailure.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aMergeIsOfMessages() throws PatchFailure {
        JsonObject changed = json(new BootstrapChange.Merge("""
                admin: {address: {socketAddress: {portValue: 19999}}}
                layeredRuntime: {layers: [{name: more, staticLayer: {camelCase: true}}]}
                dynamicResources: {cdsConfig: {initialFetchTimeout: 1s}}
                staticResources:
                  clusters:
                  - name: logs
                    type: STATIC
                    metadata: {filterMetadata: {mine: {camelCase: {innerCase: 1}}}}
                """));
        assertThat(changed.getJsonObject("admin").getJsonObject("address").getJsonObject("socket_address"))
                .isEqualTo(new JsonObject(Map.of("address", "127.0.0.1", "port_value", 19999)));
        assertThat(changed.getJsonObject("layered_runtime").getJsonArray("layers"))
                .hasSize(2);
        assertThat(changed.encode()).contains("\"camelCase\":true");
        assertThat(cluster(changed, "logs").encode()).contains("\"camelCase\":{\"innerCase\":1");
        assertThat(cluster(changed, "xds_cluster")).isEqualTo(cluster(json(null), "xds_cluster"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'nope: 1' | spec.bootstrap.value: is no bootstrap of Envoy: Cannot find field: nope",
                "'dynamicResources: {adsConfig: {apiType: GRPC}}' | spec.bootstrap: changes dynamic_resources",
                "'{{' | spec.bootstrap.value:1:",
                "'staticResources: {clusters: [{type: STATIC}]}' | spec.bootstrap.value: Envoy would refuse the bootstrap: static_resources.clusters[3].name"
            })
    void aMergeIsRefused(String yaml, String message) {
        assertThatThrownBy(() -> json(new BootstrapChange.Merge(yaml)))
                .isInstanceOf(PatchFailure.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aPatchChangesTheDefaultBootstrap() throws PatchFailure {
        JsonObject changed = json(patch("replace", "/admin/address/socket_address/port_value", 19998));
        assertThat(changed.getJsonObject("admin").encode()).contains("19998");
        assertThat(changed.getJsonObject("static_resources"))
                .isEqualTo(json(null).getJsonObject("static_resources"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replace | /nope/x/y | spec.bootstrap.jsonPatches[0]",
                "add | /nope/x/y | spec.bootstrap.jsonPatches: is no bootstrap of Envoy: Cannot find field: nope",
                "add | /admin/address/socket_address/address | spec.bootstrap.jsonPatches: is no bootstrap of Envoy: ",
                "replace | /dynamic_resources/ads_config/api_type | spec.bootstrap: ",
                "replace | /static_resources/clusters/2/load_assignment/endpoints | spec.bootstrap: changes load_assignment of the cluster xds_cluster to "
            })
    void aPatchIsRefused(String operation, String path, String message) {
        Object value = path.endsWith("endpoints") ? List.of() : path.endsWith("type") ? 2 : Map.of();
        assertThatThrownBy(() -> json(patch(operation, path, value)))
                .isInstanceOf(PatchFailure.class)
                .hasMessageStartingWith(message);
    }

    private static BootstrapChange patch(String operation, String path, Object value) {
        return new BootstrapChange.Patch(
                List.of(new JsonPatch.Operation(JsonPatch.Op.valueOf(operation), path, Optional.empty(), value)));
    }

    private static JsonObject replaced(String yaml) throws PatchFailure {
        return json(new BootstrapChange.Replace(yaml));
    }

    private static JsonObject json(@Nullable BootstrapChange change) throws PatchFailure {
        InfrastructureSettings settings = new InfrastructureSettings(
                "gatehouse", false, "cluster.test", "proxies.test/envoy:1", "images.test/shutdown-manager:1", true);
        return new JsonObject(
                new ProxyBootstrap(settings, IpFamily.IPv4, ProxyTelemetry.Metrics.DEFAULT, OptionalLong.empty())
                        .json(change));
    }

    private static JsonObject cluster(JsonObject bootstrap, String name) {
        return objects(bootstrap, "clusters")
                .filter(each -> name.equals(each.getString("name")))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> listeners(JsonObject bootstrap) {
        return objects(bootstrap, "listeners")
                .map(each -> each.getString("name"))
                .toList();
    }

    private static Stream<JsonObject> objects(JsonObject bootstrap, String field) {
        JsonArray all = bootstrap.getJsonObject("static_resources").getJsonArray(field);
        return all.stream().map(JsonObject.class::cast);
    }
}
