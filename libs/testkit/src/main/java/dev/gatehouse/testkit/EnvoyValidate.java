package dev.gatehouse.testkit;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Asks a real Envoy whether it would load a configuration ({@code envoy --mode validate}), about 0.2 s for any number of
 * resources: they are put into one bootstrap, and only when that is refused are they tried one by one, to name the culprit.
 *
 * <p>Thread-safe. Nothing is bound or connected to in that mode.
 */
public final class EnvoyValidate {
    private static final String ADS_CLUSTER = "gatehouse-validate-ads";

    private EnvoyValidate() {}

    /** What Envoy says against a bootstrap in JSON or YAML; empty when it loads. */
    public static Optional<String> problem(String bootstrap) {
        String suffix = bootstrap.stripLeading().startsWith("{") ? ".json" : ".yaml";
        return validate(bootstrap.getBytes(StandardCharsets.UTF_8), suffix);
    }

    /** @throws AssertionError with what Envoy says when it does not load {@code bootstrap} */
    public static void assertLoads(String bootstrap) {
        problem(bootstrap).ifPresent(problem -> {
            throw new AssertionError("Envoy does not load it: " + problem + "\n" + bootstrap);
        });
    }

    /**
     * @param resources listeners, clusters, route configurations, load assignments and secrets, as xDS would deliver
     * them; resources that they refer to by ADS or SDS may be missing. Names must be unique for each type.
     * @throws AssertionError that names each resource that is refused, and why
     */
    public static void assertLoads(Collection<? extends Message> resources) {
        Optional<String> all = validate(bootstrap(resources).toByteArray(), ".pb");
        if (all.isEmpty()) {
            return;
        }
        List<String> problems = new ArrayList<>();
        for (Message resource : resources) {
            validate(bootstrap(List.of(resource)).toByteArray(), ".pb")
                    .ifPresent(problem -> problems.add(problem + "\n" + resource));
        }
        throw new AssertionError(
                "Envoy does not load:\n" + (problems.isEmpty() ? all.get() : String.join("\n", problems)));
    }

    /**
     * The cluster, and its TLS in another one where its endpoints are not a resource of their own: in this mode, though not when it runs, Envoy
     * 1.40 crashes on such a cluster that waits for a secret.
     */
    private static List<Cluster> apart(Cluster cluster) {
        if (cluster.getType() == Cluster.DiscoveryType.EDS || !cluster.hasTransportSocket()) {
            return List.of(cluster);
        }
        return List.of(
                cluster.toBuilder().clearTransportSocket().build(),
                Cluster.newBuilder()
                        .setName(cluster.getName() + "/transport")
                        .setType(Cluster.DiscoveryType.EDS)
                        .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder()
                                .setEdsConfig(
                                        ConfigSource.newBuilder().setAds(AggregatedConfigSource.getDefaultInstance())))
                        .setTransportSocket(cluster.getTransportSocket())
                        .build());
    }

    private static Bootstrap bootstrap(Collection<? extends Message> resources) {
        Bootstrap.Builder bootstrap = Bootstrap.newBuilder()
                .setNode(Node.newBuilder().setId("validate").setCluster("validate"))
                .setAdmin(Admin.newBuilder().setAddress(loopback(0)));
        bootstrap
                .getDynamicResourcesBuilder()
                .setAdsConfig(ApiConfigSource.newBuilder()
                        .setApiType(ApiConfigSource.ApiType.DELTA_GRPC)
                        .setTransportApiVersion(ApiVersion.V3)
                        .addGrpcServices(GrpcService.newBuilder()
                                .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder().setClusterName(ADS_CLUSTER))));
        bootstrap
                .getStaticResourcesBuilder()
                .addClusters(staticCluster(ADS_CLUSTER).build());
        int number = 0;
        for (Message resource : resources) {
            number++;
            switch (resource) {
                case Listener listener -> bootstrap.getStaticResourcesBuilder().addListeners(listener);
                case Cluster cluster -> bootstrap.getStaticResourcesBuilder().addAllClusters(apart(cluster));
                case Secret secret -> bootstrap.getStaticResourcesBuilder().addSecrets(secret);
                case RouteConfiguration routes ->
                    bootstrap.getStaticResourcesBuilder().addListeners(listenerOf(routes, number));
                case ClusterLoadAssignment endpoints ->
                    bootstrap
                            .getStaticResourcesBuilder()
                            .addClusters(staticCluster("gatehouse-validate-" + number)
                                    .setLoadAssignment(
                                            endpoints.toBuilder().setClusterName("gatehouse-validate-" + number)));
                default ->
                    throw new IllegalArgumentException("cannot validate a "
                            + resource.getDescriptorForType().getFullName()
                            + "; expected a listener, cluster, route configuration, load assignment or secret");
            }
        }
        return bootstrap.build();
    }

    private static Cluster.Builder staticCluster(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.STATIC)
                .setConnectTimeout(Duration.newBuilder().setSeconds(1))
                .setLoadAssignment(ClusterLoadAssignment.newBuilder().setClusterName(name));
    }

    /** Route configurations cannot be static by themselves: a listener of their own carries them. */
    private static Listener listenerOf(RouteConfiguration routes, int number) {
        HttpConnectionManager manager = HttpConnectionManager.newBuilder()
                .setStatPrefix("validate")
                // As over RDS: the clusters may come later.
                .setRouteConfig(routes.toBuilder().setValidateClusters(com.google.protobuf.BoolValue.of(false)))
                .addHttpFilters(HttpFilter.newBuilder()
                        .setName("envoy.filters.http.router")
                        .setTypedConfig(Any.pack(Router.getDefaultInstance())))
                .build();
        return Listener.newBuilder()
                .setName("gatehouse-validate-" + number)
                .setAddress(loopback(1 + number))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.http_connection_manager")
                                .setTypedConfig(Any.pack(manager))))
                .build();
    }

    private static Address.Builder loopback(int port) {
        return Address.newBuilder()
                .setSocketAddress(
                        SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port));
    }

    private static Optional<String> validate(byte[] bootstrap, String suffix) {
        try {
            Path file = Files.createTempFile("gatehouse-validate-", suffix);
            try {
                Files.write(file, bootstrap);
                Process envoy = new ProcessBuilder(Leash.hold(List.of(
                                RealEnvoy.binary().path().toString(),
                                "--mode",
                                "validate",
                                "--disable-hot-restart",
                                "--concurrency",
                                "1",
                                "--log-level",
                                "error",
                                "--config-path",
                                file.toString())))
                        .redirectErrorStream(true)
                        .start();
                String output = new String(envoy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return envoy.waitFor() == 0 ? Optional.empty() : Optional.of(output.strip());
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while Envoy validated", e);
        }
    }
}
