package dev.gatehouse.xds.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.envoyprocess.Bootstrap;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class EnvoyIT extends EnvoyFixture {
    private static final int ROUNDS = 30;
    private static final String PASSWORD = "changeit";

    private final ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
    private final AtomicLong served = new AtomicLong();

    @ParameterizedTest
    @ValueSource(strings = {"DELTA_GRPC", "GRPC"})
    void noRequestFailsWhileClusterEndpointsAndRouteAreReplacedTwentyTimes(String protocol) throws Exception {
        log.append(transaction(
                List.of(
                        cluster("c0", 1),
                        endpoints("c0"),
                        put(TypeUrls.LISTENER, "listener", listener("listener", port, "routes")),
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
                        put(TypeUrls.LISTENER, "listener", listener("listener", port, "routes")),
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
        FilterChain chain = listener("listener", port, "routes").getFilterChains(0).toBuilder()
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
}
