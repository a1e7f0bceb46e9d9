package dev.gatehouse.xds.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.envoyprocess.Bootstrap;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.Protocol;
import dev.gatehouse.xds.stream.StreamSettings;
import dev.gatehouse.xds.view.SubscriberRegistry;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class EnvoyIT {
    private static final String FLEET = "shop/front";
    private static final int ROUNDS = 30;
    private static final String PASSWORD = "changeit";
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final ConfigSource ADS = ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .setResourceApiVersion(ApiVersion.V3)
            .build();

    private final MemoryConfigLog log = new MemoryConfigLog("epoch");
    private final ReportTopic topic = new ReportTopic();
    private final BlockingQueue<DataPlaneReport> reports = new LinkedBlockingQueue<>();
    private final int port = FreePorts.one();
    private final ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
    private final AtomicLong served = new AtomicLong();

    @SuppressWarnings("NullAway.Init")
    private HttpServer backend;

    @SuppressWarnings("NullAway.Init")
    private XdsServer xds;

    @SuppressWarnings("NullAway.Init")
    private Server grpc;

    @SuppressWarnings("NullAway.Init")
    private Subscription following;

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
                new Uncounted(),
                new StreamSettings(Duration.ofMillis(300), Duration.ofSeconds(10), Duration.ofSeconds(30)),
                "replica",
                InstantSource.system());
        grpc = NettyServerBuilder.forAddress(new InetSocketAddress(LOOPBACK, 0))
                .addService(new AggregatedDiscovery(xds))
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        xds.close();
        grpc.shutdownNow();
        following.close();
        backend.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELTA_GRPC", "GRPC"})
    void noRequestFailsWhileClusterEndpointsAndRouteAreReplacedTwentyTimes(String protocol) throws Exception {
        log.append(transaction(
                List.of(
                        cluster("c0", 1),
                        endpoints("c0"),
                        put(TypeUrls.LISTENER, "listener", listener()),
                        routes("c0")),
                List.of()));
        String bootstrap = Bootstrap.of("proxy", FLEET, new InetSocketAddress(LOOPBACK, grpc.getPort()))
                .json()
                .replace("DELTA_GRPC", protocol);
        try (RealEnvoy envoy = RealEnvoy.withBootstrap(bootstrap).awaitReady()) {
            AtomicBoolean stop = new AtomicBoolean();
            Thread client = Thread.startVirtualThread(() -> request(stop));
            long newest = 0;
            for (int i = 1; i <= 20; i++) {
                String old = "c" + (i - 1);
                String fresh = "c" + i;
                newest = append(transaction(
                        List.of(cluster(fresh, 1), endpoints(fresh), routes(fresh)),
                        List.of(
                                new ResourceId(FLEET, TypeUrls.CLUSTER, old),
                                new ResourceId(FLEET, TypeUrls.ENDPOINTS, old))));
                // Some transactions come one by one, some on each other's heels.
                if (i % 3 == 0) {
                    awaitApplied(newest);
                }
            }
            awaitApplied(newest);
            // A cluster that changes while its endpoints do not has to get these again.
            awaitApplied(append(transaction(List.of(cluster("c20", 2)), List.of())));
            append(transaction(
                    List.of(put(
                            TypeUrls.LISTENER,
                            "bad",
                            Listener.newBuilder().setName("bad").build())),
                    List.of()));
            DataPlaneReport rejection = await(DataPlaneReport::hasRejected);

            long before = served.get();
            Await.until(
                    () -> served.get() > before + 5 || !failed.isEmpty(),
                    Duration.ofSeconds(20),
                    () -> "no more requests served after " + before);
            stop.set(true);
            client.join();
            assertThat(failed).isEmpty();
            assertThat(rejection.getRejected().getMessage()).contains("bad");
            // The old ones went, after their grace.
            Await.until(
                    () -> !envoy.configDump().contains("\"c19\""),
                    Duration.ofSeconds(20),
                    () -> "cluster c19 is still there");
            assertThat(envoy.configDump()).contains("\"c20\"");
        }
    }

    /**
     * Edits of every kind on each other's heels, of which some are refused and then mended or deleted: each time all that is accepted is
     * acknowledged. The bound is on silence: no report for twenty seconds.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    @Timeout(300)
    void whateverIsEditedAndRefusedAllThatIsAcceptedIsAcknowledged(long seed, @TempDir Path folder) throws Exception {
        Random random = new Random(seed);
        List<Put> certificates = List.of(secret(folder, "one"), secret(folder, "two"));
        List<Integer> ports = List.of(FreePorts.one(), FreePorts.one());
        log.append(transaction(
                List.of(
                        cluster("c0", 1),
                        endpoints("c0"),
                        put(TypeUrls.LISTENER, "listener", listener()),
                        certificates.getFirst(),
                        routes("c0")),
                List.of()));
        Set<ResourceId> there = new HashSet<>();
        Set<ResourceId> broken = new HashSet<>();
        try (RealEnvoy envoy = RealEnvoy.fromXds("proxy", FLEET, grpc.getPort()).awaitReady()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (int edit = random.nextInt(5); edit >= 0; edit--) {
                    Transaction made = edit(random, certificates, ports, there, broken);
                    made.puts().forEach(put -> there.add(put.id()));
                    made.deletes().forEach(there::remove);
                    append(made);
                }
                List<ResourceId> unwanted = List.copyOf(broken);
                broken.clear();
                there.removeAll(unwanted);
                awaitApplied(append(transaction(List.of(routes(random.nextBoolean() ? "c0" : "c1")), unwanted)));
            }
            assertThat(envoy.configDump()).doesNotContain("\"bad\"");
        }
    }

    private Transaction edit(
            Random random, List<Put> certificates, List<Integer> ports, Set<ResourceId> there, Set<ResourceId> broken) {
        int which = random.nextInt(2);
        return switch (random.nextInt(8)) {
            case 0 -> transaction(List.of(certificates.get(which)), List.of());
            case 1 ->
                transaction(
                        List.of(put(
                                TypeUrls.LISTENER,
                                "tls" + which,
                                tlsListener("tls" + which, ports.get(which), random.nextInt(1000)))),
                        List.of());
            case 2 -> gone(there, new ResourceId(FLEET, TypeUrls.LISTENER, "tls" + which));
            case 3, 4 -> transaction(List.of(cluster("c1", 1 + random.nextInt(5)), endpoints("c1")), List.of());
            case 5 -> {
                Put bad = put(
                        TypeUrls.CLUSTER,
                        "bad",
                        Cluster.newBuilder()
                                .setName("bad")
                                .setConnectTimeout(com.google.protobuf.Duration.newBuilder()
                                        .setSeconds(-1 - random.nextInt(9)))
                                .build());
                broken.add(bad.id());
                yield transaction(List.of(bad, cluster("c2", 1 + random.nextInt(5)), endpoints("c2")), List.of());
            }
            case 6 -> {
                Put bad = put(
                        TypeUrls.LISTENER,
                        "bad",
                        Listener.newBuilder()
                                .setName("bad")
                                .setStatPrefix("p" + random.nextInt(99))
                                .build());
                broken.add(bad.id());
                yield transaction(List.of(bad), List.of());
            }
            default -> gone(there, new ResourceId(FLEET, TypeUrls.CLUSTER, "c2"));
        };
    }

    private static Transaction gone(Set<ResourceId> there, ResourceId id) {
        return transaction(List.of(), there.contains(id) ? List.of(id) : List.of());
    }

    /** A certificate for the secret {@code certificate}, made by the JDK's keytool. */
    private static Put secret(Path folder, String name) throws Exception {
        Path file = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
        TlsCertificate certificate = TlsCertificate.newBuilder()
                .setCertificateChain(
                        pem("CERTIFICATE", store.getCertificate("a").getEncoded()))
                .setPrivateKey(pem(
                        "PRIVATE KEY", store.getKey("a", PASSWORD.toCharArray()).getEncoded()))
                .build();
        return put(
                TypeUrls.SECRET,
                "certificate",
                Secret.newBuilder()
                        .setName("certificate")
                        .setTlsCertificate(certificate)
                        .build());
    }

    private static DataSource pem(String type, byte[] bytes) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return DataSource.newBuilder()
                .setInlineString("-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n")
                .build();
    }

    /** @param version another one is another listener to Envoy */
    private Listener tlsListener(String name, int at, int version) {
        DownstreamTlsContext tls = DownstreamTlsContext.newBuilder()
                .setCommonTlsContext(CommonTlsContext.newBuilder()
                        .addTlsCertificateSdsSecretConfigs(SdsSecretConfig.newBuilder()
                                .setName("certificate")
                                .setSdsConfig(ADS)))
                .build();
        FilterChain chain = listener().getFilterChains(0).toBuilder()
                .setTransportSocket(TransportSocket.newBuilder().setName("tls").setTypedConfig(Any.pack(tls)))
                .build();
        return Listener.newBuilder()
                .setName(name)
                .setStatPrefix("v" + version)
                .setAddress(address(at))
                .addFilterChains(chain)
                .build();
    }

    private void request(AtomicBoolean stop) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
                    .build();
            while (!stop.get()) {
                try {
                    int status = http.send(request, BodyHandlers.discarding()).statusCode();
                    if (status == 200) {
                        served.incrementAndGet();
                    } else {
                        failed.add("status " + status);
                    }
                } catch (IOException e) {
                    failed.add(e.toString());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private long append(Transaction transaction) {
        Position position = log.append(transaction);
        return position.offset();
    }

    private void awaitApplied(long offset) throws InterruptedException {
        await(report -> report.hasApplied() && report.getApplied().getOffset() >= offset);
    }

    private DataPlaneReport await(Predicate<DataPlaneReport> wanted) throws InterruptedException {
        while (true) {
            DataPlaneReport report = Objects.requireNonNull(reports.poll(20, TimeUnit.SECONDS), "no such report");
            if (wanted.test(report)) {
                return report;
            }
        }
    }

    private static Transaction transaction(List<Put> puts, List<ResourceId> deletes) {
        return new Transaction(FLEET, puts, deletes, Instant.now(), false);
    }

    private static Put put(String typeUrl, String name, Message resource) {
        return new Put(
                new ResourceId(FLEET, typeUrl, name),
                Integer.toHexString(resource.hashCode()),
                resource.toByteString(),
                false);
    }

    private static Put cluster(String name, int connectTimeoutSeconds) {
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

    private Put endpoints(String name) {
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

    private static Put routes(String cluster) {
        return put(
                TypeUrls.ROUTES,
                "routes",
                RouteConfiguration.newBuilder()
                        .setName("routes")
                        .addVirtualHosts(VirtualHost.newBuilder()
                                .setName("all")
                                .addDomains("*")
                                .addRoutes(Route.newBuilder()
                                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                        .setRoute(RouteAction.newBuilder().setCluster(cluster))))
                        .build());
    }

    private Listener listener() {
        HttpConnectionManager http = HttpConnectionManager.newBuilder()
                .setStatPrefix("http")
                .setRds(Rds.newBuilder().setRouteConfigName("routes").setConfigSource(ADS))
                .addHttpFilters(
                        HttpFilter.newBuilder().setName("router").setTypedConfig(Any.pack(Router.getDefaultInstance())))
                .build();
        return Listener.newBuilder()
                .setName("listener")
                .setAddress(address(port))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder().setName("http").setTypedConfig(Any.pack(http))))
                .build();
    }

    private static Address address(int port) {
        return Address.newBuilder()
                .setSocketAddress(
                        SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port))
                .build();
    }

    /** The metrics have a test of their own. */
    private static final class Uncounted implements StreamMetrics {
        @Override
        public void connected(Protocol protocol) {}

        @Override
        public void disconnected(Protocol protocol) {}

        @Override
        public void pushed(String typeUrl) {}

        @Override
        public void acknowledged(String typeUrl, Duration latency) {}

        @Override
        public void rejected(String typeUrl) {}

        @Override
        public void overdue(boolean overdue) {}

        @Override
        public void applied(Duration latency) {}
    }
}
