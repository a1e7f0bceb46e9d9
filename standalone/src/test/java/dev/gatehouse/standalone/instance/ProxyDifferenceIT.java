package dev.gatehouse.standalone.instance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.standalone.instance.ProxyDifference.Difference;
import dev.gatehouse.standalone.instance.ProxyDifference.What;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import dev.gatehouse.xds.grpc.StreamMetrics;
import dev.gatehouse.xds.grpc.XdsServer;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.StreamSettings;
import dev.gatehouse.xds.stream.TypeStatus;
import dev.gatehouse.xds.view.SubscriberRegistry;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.Vhds;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.credential_injector.v3.CredentialInjector;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.http.injected_credentials.generic.v3.Generic;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a real Envoy says that it has, against what was published for it, and against something else. */
@Timeout(120)
final class ProxyDifferenceIT {
    private static final String FLEET = "shop/front";
    private static final String PASSWORD = "hunter2";
    private static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .setResourceApiVersion(ApiVersion.V3)
            .build();

    private final MemoryConfigLog log = new MemoryConfigLog("epoch");
    private final SnapshotStore store = new SnapshotStore();
    private final Subscription following = log.follow(Optional.empty(), store);
    private final SubscriberRegistry registry = new SubscriberRegistry();
    private final XdsServer xds = new XdsServer(
            store,
            registry,
            new ReportTopic(),
            StreamMetrics.NONE,
            StreamSettings.defaults(),
            "replica",
            InstantSource.system());
    private final int port = FreePorts.one();

    @SuppressWarnings("NullAway.Init")
    private Server grpc;

    @BeforeEach
    void start() throws IOException {
        grpc = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Ads(xds))
                .build()
                .start();
        append(
                log,
                put(TypeUrls.CLUSTER, "c1", cluster(5)),
                put(TypeUrls.CLUSTER, "static", withEndpoints()),
                put(TypeUrls.ENDPOINTS, "c1", endpoints("127.0.0.1", "127.0.0.2")),
                put(TypeUrls.SECRET, "credential", secret(PASSWORD)),
                put(TypeUrls.LISTENER, "one", listener("one")),
                put(
                        TypeUrls.ROUTES,
                        "t1",
                        RouteConfiguration.newBuilder()
                                .setName("t1")
                                .setVhds(Vhds.newBuilder().setConfigSource(ADS))
                                .build()),
                host("a.example", "1"),
                host("b.example", "1"));
    }

    @AfterEach
    void stop() {
        xds.close();
        grpc.shutdownNow();
        following.close();
    }

    @Test
    void aProxyThatHasAllThatItShouldDiffersInNothingAndElseEachResourceIsNamed() throws Exception {
        try (RealEnvoy envoy = RealEnvoy.fromXds("proxy", FLEET, grpc.getPort()).awaitReady()) {
            Await.until(
                    () -> difference(store, envoy).differences().isEmpty(),
                    Duration.ofSeconds(20),
                    () -> "same: " + difference(store, envoy));
            assertThat(difference(store, envoy).compared()).isEqualTo(8);

            // What it should have is something else from now on; the proxy is not told.
            MemoryConfigLog other = new MemoryConfigLog("other");
            SnapshotStore should = new SnapshotStore();
            try (Subscription ignored = other.follow(Optional.empty(), should)) {
                append(
                        other,
                        put(TypeUrls.CLUSTER, "c1", cluster(7)),
                        put(TypeUrls.CLUSTER, "static", withEndpoints()),
                        put(
                                TypeUrls.CLUSTER,
                                "c2",
                                Cluster.newBuilder().setName("c2").build()),
                        put(TypeUrls.ENDPOINTS, "c1", endpoints("127.0.0.1", "127.0.0.3")),
                        put(TypeUrls.SECRET, "credential", secret("other")),
                        put(TypeUrls.SECRET, "not-asked-for", secret("x")),
                        put(TypeUrls.LISTENER, "one", listener("one")),
                        put(
                                TypeUrls.ROUTES,
                                "t1",
                                RouteConfiguration.newBuilder()
                                        .setName("t1")
                                        .setVhds(Vhds.newBuilder().setConfigSource(ADS))
                                        .build()),
                        host("a.example", "2"));
                Await.until(() -> should.current(FLEET).isPresent(), Duration.ofSeconds(20), () -> "followed");
                List<Difference> differences = difference(should, envoy).differences();
                assertThat(differences)
                        .extracting(Difference::typeUrl, Difference::name, Difference::what)
                        .containsExactlyInAnyOrder(
                                tuple(TypeUrls.CLUSTER, "c1", What.CHANGED),
                                tuple(TypeUrls.CLUSTER, "c2", What.MISSING),
                                tuple(TypeUrls.ENDPOINTS, "c1", What.CHANGED),
                                tuple(TypeUrls.SECRET, "credential", What.CHANGED),
                                tuple(TypeUrls.VIRTUAL_HOST, "t1/a.example", What.CHANGED),
                                tuple(TypeUrls.VIRTUAL_HOST, "t1/b.example", What.EXTRA));
                assertThat(fields(differences, TypeUrls.CLUSTER, "c1")).containsExactly("connectTimeout");
                assertThat(fields(differences, TypeUrls.VIRTUAL_HOST, "t1/a.example"))
                        .containsExactly("routes[0].directResponse.body.inlineString");
                assertThat(fields(differences, TypeUrls.ENDPOINTS, "c1"))
                        .containsExactly(
                                "lacks 127.0.0.3:80 (weight 1, priority 0)",
                                "has also 127.0.0.2:80 (weight 1, priority 0)");
                assertThat(differences.toString())
                        .doesNotContain(PASSWORD)
                        .doesNotContain("b3RoZXI=")
                        .doesNotContain("redacted");
            }
        }
    }

    @Test
    void aListenerThatTheProxyRefusesIsToldWithItsWords() throws Exception {
        try (RealEnvoy envoy = RealEnvoy.fromXds("proxy", FLEET, grpc.getPort()).awaitReady()) {
            Listener broken = listener("one").toBuilder()
                    .setAddress(Address.newBuilder()
                            .setSocketAddress(SocketAddress.newBuilder()
                                    .setAddress("no address")
                                    .setPortValue(port)))
                    .build();
            append(log, put(TypeUrls.LISTENER, "one", broken));
            Await.until(
                    () -> difference(store, envoy).differences().stream()
                            .anyMatch(each -> each.name().equals("one")
                                    && each.what() == What.CHANGED
                                    && each.detail().contains("refused: ")),
                    Duration.ofSeconds(20),
                    () -> "refused: " + difference(store, envoy));
            TypeStatus listeners = registry.subscribers().getFirst().types().stream()
                    .filter(type -> type.typeUrl().equals(TypeUrls.LISTENER))
                    .findFirst()
                    .orElseThrow();
            assertThat(listeners.refused()).containsExactly("one");
            assertThat(listeners.wildcard()).isTrue();
            assertThat(listeners.sentVersion()).isNotEqualTo(listeners.ackedVersion());
            assertThat(listeners.ackedAt()).isPresent();
        }
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.api.Assertions.tuple(values);
    }

    private static List<String> fields(List<Difference> differences, String typeUrl, String name) {
        return differences.stream()
                .filter(each -> each.typeUrl().equals(typeUrl) && each.name().equals(name))
                .findFirst()
                .orElseThrow()
                .fields();
    }

    private ProxyDifference.Result difference(SnapshotStore should, RealEnvoy envoy) {
        try {
            return ProxyDifference.of(should.current(FLEET).orElseThrow(), this::asks, envoy.configDump());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private boolean asks(String typeUrl, String name) {
        return registry.subscribers().getFirst().types().stream()
                .filter(type -> type.typeUrl().equals(typeUrl))
                .anyMatch(type -> type.wildcard() || type.names().contains(name));
    }

    private static void append(MemoryConfigLog log, Put... puts) {
        log.append(new Transaction(FLEET, List.of(puts), List.of(), Instant.now(), false));
    }

    private static Put put(String typeUrl, String name, Message resource) {
        return new Put(
                new ResourceId(FLEET, typeUrl, name),
                Integer.toHexString(resource.hashCode()),
                resource.toByteString(),
                typeUrl.equals(TypeUrls.SECRET));
    }

    private static Cluster cluster(int timeout) {
        return Cluster.newBuilder()
                .setName("c1")
                .setType(Cluster.DiscoveryType.EDS)
                .setConnectTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(timeout))
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
                .build();
    }

    /** A cluster that brings its endpoints, as those of the callout services do. */
    private static Cluster withEndpoints() {
        return Cluster.newBuilder()
                .setName("static")
                .setType(Cluster.DiscoveryType.STATIC)
                .setLoadAssignment(endpoints("127.0.0.9").toBuilder().setClusterName("static"))
                .build();
    }

    private static ClusterLoadAssignment endpoints(String... addresses) {
        LocalityLbEndpoints.Builder group = LocalityLbEndpoints.newBuilder();
        for (String address : addresses) {
            group.addLbEndpoints(
                    LbEndpoint.newBuilder().setEndpoint(Endpoint.newBuilder().setAddress(address(address, 80))));
        }
        return ClusterLoadAssignment.newBuilder()
                .setClusterName("c1")
                .addEndpoints(group)
                .build();
    }

    private static Address.Builder address(String address, int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(address).setPortValue(port));
    }

    private static Secret secret(String password) {
        return Secret.newBuilder()
                .setName("credential")
                .setGenericSecret(GenericSecret.newBuilder()
                        .setSecret(DataSource.newBuilder().setInlineString(password)))
                .build();
    }

    private static Put host(String domain, String body) {
        return put(
                TypeUrls.VIRTUAL_HOST,
                "t1/" + domain,
                VirtualHost.newBuilder()
                        .setName("t1/" + domain)
                        .addDomains(domain)
                        .addRoutes(Route.newBuilder()
                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                .setDirectResponse(DirectResponseAction.newBuilder()
                                        .setStatus(200)
                                        .setBody(DataSource.newBuilder().setInlineString(body))))
                        .build());
    }

    private Listener listener(String name) {
        CredentialInjector injector = CredentialInjector.newBuilder()
                .setCredential(TypedExtensionConfig.newBuilder()
                        .setName("generic")
                        .setTypedConfig(Any.pack(Generic.newBuilder()
                                .setCredential(SdsSecretConfig.newBuilder()
                                        .setName("credential")
                                        .setSdsConfig(ADS))
                                .build())))
                .build();
        HttpConnectionManager http = HttpConnectionManager.newBuilder()
                .setStatPrefix("http")
                .setRds(Rds.newBuilder().setRouteConfigName("t1").setConfigSource(ADS))
                .addHttpFilters(HttpFilter.newBuilder().setName("credential").setTypedConfig(Any.pack(injector)))
                .addHttpFilters(
                        HttpFilter.newBuilder().setName("router").setTypedConfig(Any.pack(Router.getDefaultInstance())))
                .build();
        return Listener.newBuilder()
                .setName(name)
                .setAddress(address("127.0.0.1", port))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder().setName("http").setTypedConfig(Any.pack(http))))
                .build();
    }

    private static final class Ads extends AggregatedDiscoveryServiceImplBase {
        private final XdsServer xds;

        Ads(XdsServer xds) {
            this.xds = xds;
        }

        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                StreamObserver<DeltaDiscoveryResponse> responses) {
            return xds.delta(Optional.empty(), responses);
        }
    }
}
