package dev.gatehouse.xds.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.StreamSettings;
import dev.gatehouse.xds.view.SubscriberRegistry;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** xds-svc with a config log in memory, and what a real Envoy gets from it. */
abstract class EnvoyFixture {
    static final String FLEET = "shop/front";
    static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .setResourceApiVersion(ApiVersion.V3)
            .build();

    final MemoryConfigLog log = new MemoryConfigLog("epoch");
    final ReportTopic topic = new ReportTopic();
    final BlockingQueue<DataPlaneReport> reports = new LinkedBlockingQueue<>();
    final int port = FreePorts.one();

    @SuppressWarnings("NullAway.Init")
    HttpServer backend;

    @SuppressWarnings("NullAway.Init")
    XdsServer xds;

    @SuppressWarnings("NullAway.Init")
    Server grpc;

    @SuppressWarnings("NullAway.Init")
    Subscription following;

    @BeforeEach
    void start() throws IOException {
        backend = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        backend.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        backend.start();
        SnapshotStore store = new SnapshotStore();
        following = log.follow(Optional.empty(), store);
        topic.subscribe(reports::add);
        xds = new XdsServer(
                store,
                new SubscriberRegistry(),
                topic,
                StreamMetrics.NONE,
                new StreamSettings(Duration.ofMillis(300), Duration.ofSeconds(10), Duration.ofSeconds(30)),
                "replica",
                InstantSource.system());
        grpc = serve(0);
    }

    private Server serve(int at) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress(LOOPBACK, at))
                .addService(new AggregatedDiscovery(xds))
                .build()
                .start();
    }

    /** Ends all streams, does {@code meanwhile}, and serves at the same port again. */
    void interrupt(Runnable meanwhile) throws IOException, InterruptedException {
        int at = grpc.getPort();
        grpc.shutdownNow().awaitTermination();
        meanwhile.run();
        grpc = serve(at);
    }

    @AfterEach
    void stop() {
        xds.close();
        grpc.shutdownNow();
        following.close();
        backend.stop(0);
    }

    long append(Transaction transaction) {
        Position position = log.append(transaction);
        return position.offset();
    }

    void awaitApplied(long offset) throws InterruptedException {
        await(report -> report.hasApplied() && report.getApplied().getOffset() >= offset);
    }

    DataPlaneReport await(Predicate<DataPlaneReport> wanted) throws InterruptedException {
        while (true) {
            DataPlaneReport report = Objects.requireNonNull(reports.poll(20, TimeUnit.SECONDS), "no such report");
            if (wanted.test(report)) {
                return report;
            }
        }
    }

    static Transaction transaction(List<Put> puts, List<ResourceId> deletes) {
        return new Transaction(FLEET, puts, deletes, Instant.now(), false);
    }

    static Put put(String typeUrl, String name, Message resource) {
        return new Put(
                new ResourceId(FLEET, typeUrl, name),
                Integer.toHexString(resource.hashCode()),
                resource.toByteString(),
                false);
    }

    static Put cluster(String name, int connectTimeoutSeconds) {
        return put(
                TypeUrls.CLUSTER,
                name,
                Cluster.newBuilder()
                        .setName(name)
                        .setType(Cluster.DiscoveryType.EDS)
                        .setConnectTimeout(
                                com.google.protobuf.Duration.newBuilder().setSeconds(connectTimeoutSeconds))
                        .setEdsClusterConfig(
                                Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ADS))
                        .build());
    }

    Put endpoints(String name) {
        LbEndpoint endpoint = LbEndpoint.newBuilder()
                .setEndpoint(Endpoint.newBuilder()
                        .setAddress(address(backend.getAddress().getPort())))
                .build();
        return put(
                TypeUrls.ENDPOINTS,
                name,
                ClusterLoadAssignment.newBuilder()
                        .setClusterName(name)
                        .addEndpoints(LocalityLbEndpoints.newBuilder()
                                .setLoadBalancingWeight(UInt32Value.of(1))
                                .addLbEndpoints(endpoint))
                        .build());
    }

    static Listener listener(String name, int port, String table) {
        HttpConnectionManager http = HttpConnectionManager.newBuilder()
                .setStatPrefix("http")
                .setRds(Rds.newBuilder().setRouteConfigName(table).setConfigSource(ADS))
                .addHttpFilters(
                        HttpFilter.newBuilder().setName("router").setTypedConfig(Any.pack(Router.getDefaultInstance())))
                .build();
        return Listener.newBuilder()
                .setName(name)
                .setAddress(address(port))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder().setName("http").setTypedConfig(Any.pack(http))))
                .build();
    }

    static Address address(int port) {
        return Address.newBuilder()
                .setSocketAddress(
                        SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port))
                .build();
    }
}
