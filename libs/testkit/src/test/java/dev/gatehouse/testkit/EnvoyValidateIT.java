package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EnvoyValidateIT {
    private static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .setResourceApiVersion(ApiVersion.V3)
            .build();

    @Test
    void resourcesThatNameEachOtherOverAdsLoadTogether() {
        assertThatCode(() -> EnvoyValidate.assertLoads(List.of(listener("http"), routes(prefix("/")), cluster("c"))))
                .doesNotThrowAnyException();
    }

    @Test
    void theRefusedResourceIsNamedWithEnvoysReason() {
        RouteMatch broken = RouteMatch.newBuilder()
                .setSafeRegex(RegexMatcher.newBuilder().setRegex("(("))
                .build();
        assertThatThrownBy(() -> EnvoyValidate.assertLoads(List.of(cluster("fine"), routes(broken))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("missing )")
                .hasMessageContaining("regex: \"((\"")
                .hasMessageNotContaining("name: \"fine\"");
    }

    @Test
    void aBootstrapOfTextIsValidated() {
        assertThat(EnvoyValidate.problem("admin: {}")).isEmpty();
        assertThat(EnvoyValidate.problem("{\"nope\": 1}")).get().asString().contains("nope");
    }

    @Test
    void aRealEnvoyServesAStaticConfiguration() {
        int port = FreePorts.one();
        try (RealEnvoy envoy = RealEnvoy.withBootstrap("""
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - name: tcp
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                    filter_chains:
                    - filters:
                      - name: echo
                        typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo}
                """.formatted(port))) {
            envoy.awaitReady();
            Await.until(
                    () -> {
                        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
                            socket.getOutputStream().write('x');
                            return socket.getInputStream().read() == 'x';
                        }
                    },
                    Duration.ofSeconds(10),
                    () -> "no echo");
            assertThat(envoy.stat("listener\\.127\\.0\\.0\\.1_" + port + "\\.downstream_cx_total"))
                    .isEqualTo(1);
        }
    }

    private static Cluster cluster(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
                .build();
    }

    private static RouteMatch prefix(String prefix) {
        return RouteMatch.newBuilder().setPrefix(prefix).build();
    }

    private static RouteConfiguration routes(RouteMatch match) {
        return RouteConfiguration.newBuilder()
                .setName("routes")
                .addVirtualHosts(VirtualHost.newBuilder()
                        .setName("all")
                        .addDomains("*")
                        .addRoutes(Route.newBuilder()
                                .setMatch(match)
                                .setRoute(RouteAction.newBuilder().setCluster("comes-later"))))
                .build();
    }

    private static Listener listener(String name) {
        HttpConnectionManager manager = HttpConnectionManager.newBuilder()
                .setStatPrefix(name)
                .setRds(Rds.newBuilder().setRouteConfigName("routes").setConfigSource(ADS))
                .build();
        Listener.Builder listener = Listener.newBuilder()
                .setName(name)
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.http_connection_manager")
                                .setTypedConfig(Any.pack(manager))));
        listener.getAddressBuilder()
                .getSocketAddressBuilder()
                .setAddress("127.0.0.1")
                .setPortValue(10080);
        return listener.build();
    }
}
