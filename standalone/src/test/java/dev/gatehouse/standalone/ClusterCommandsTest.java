package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.FakeCluster;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.xds.http.XdsPages;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.TypeStatus;
import dev.gatehouse.xds.view.Subscriber;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands against the services of a cluster: their pages through port-forwards, and what its API server lists. */
final class ClusterCommandsTest {
    private static final String FLEET = "shop/front";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final SnapshotStore store = new SnapshotStore();
    private final AtomicReference<Optional<String>> refusal = new AtomicReference<>(Optional.empty());
    private final AtomicReference<String> version = new AtomicReference<>(ofBuild());
    private final AtomicReference<String> dump = new AtomicReference<>("");

    @SuppressWarnings("NullAway.Init")
    private FakeCluster cluster;

    private static String ofBuild() {
        try {
            return GatehouseVersion.ofBuild();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        cluster = new FakeCluster(folder);
        Router router = Router.router(cluster.vertx());
        new XdsPages(() -> List.of(subscriber()), store).routes(router);
        router.get("/q/metrics").handler(context -> context.response()
                .end("# HELP x\ngatehouse_build_info{java=\"25\",service=\"xds-svc\",version=\"" + version.get()
                        + "\"} 1.0\ngatehouse_xds_pushes_total{type=\"a b\"} 7.0\nzero_total 0.0\n"));
        int services = cluster.serve(router);
        for (Component each : Component.SERVICES) {
            cluster.service(each, each.text() + "-1", services);
        }
        cluster.proxy(
                "envoy-front-1",
                FLEET,
                cluster.serve(request -> request.response()
                        .end(
                                request.path().equals("/server_info")
                                        ? "{\"version\": \"abc/1.40.0/Clean/RELEASE/BoringSSL\"}"
                                        : request.path().equals("/stats/prometheus")
                                                ? "envoy_cluster_up{} 3\n"
                                                : dump.get())));
        MemoryConfigLog log = new MemoryConfigLog("epoch");
        log.follow(Optional.empty(), store);
        log.append(new Transaction(
                FLEET,
                List.of(
                        new Put(
                                new ResourceId(FLEET, TypeUrls.CLUSTER, "c1"),
                                "v1",
                                Cluster.newBuilder().setName("c1").build().toByteString(),
                                false),
                        new Put(
                                new ResourceId(FLEET, TypeUrls.SECRET, "credential"),
                                "v2",
                                Secret.newBuilder()
                                        .setName("credential")
                                        .setGenericSecret(GenericSecret.newBuilder()
                                                .setSecret(DataSource.newBuilder().setInlineString("planted")))
                                        .build()
                                        .toByteString(),
                                true)),
                List.of(),
                Instant.now(),
                false));
        Await.until(() -> store.current(FLEET).isPresent(), Duration.ofSeconds(30), () -> FLEET);
        dump.set(clusters("v1"));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private Subscriber subscriber() {
        return new Subscriber(
                FLEET,
                "envoy-front-1",
                "1.40.0",
                "delta",
                Instant.now(),
                List.of(new TypeStatus(
                        TypeUrls.CLUSTER,
                        "1",
                        "1",
                        Optional.of(Instant.now()),
                        1,
                        true,
                        Set.of(),
                        refusal.get().map(_ -> Set.of("c1")).orElse(Set.of()),
                        refusal.get())),
                store.current(FLEET).map(snapshot -> snapshot.position()));
    }

    private static String clusters(String version) {
        return """
                {"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump",
                  "dynamicActiveClusters": [{"versionInfo": "%s", "cluster":
                    {"@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", "name": "c1"}}]}]}
                """.formatted(version);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Gatehouse.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void proxiesAreToldByTheReplicasOfXdsSvc() {
        assertThat(run("xds", "proxies", "-k")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("envoy-front-1 of shop/front: version 1.40.0, delta", "cluster");
        refusal.set(Optional.of("c1: wrong"));
        assertThat(run("xds", "proxies", "--context", "one", "-o", "json")).isEqualTo(1);
        assertThat(out.toString()).contains("\"error\" : \"c1: wrong\"", "\"servedBy\" : \"xds-svc-1\"");
    }

    @Test
    void whatIsServedIsDumpedWithoutSecrets() {
        assertThat(run("config", "dump", "-k")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("fleet: shop/front", "type: cluster", "name: c1", "(redacted)");
        assertThat(out.toString()).doesNotContain("planted");
        assertThat(run("config", "dump", "-k", "--type", "cluster")).isZero();
        assertThat(out.toString()).doesNotContain("credential");
        assertThat(run("config", "dump", "-k", "--fleet", "other/one")).isZero();
        assertThat(out.toString()).doesNotContain("c1");
        assertThat(run("config", "dump", "-k", "--proxy", FLEET, "-o", "json")).isZero();
        assertThat(out.toString()).contains("dynamicActiveClusters");
    }

    @Test
    void aProxyIsComparedWithWhatItShouldHave() {
        assertThat(run("xds", "diff", "-k", FLEET)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("envoy-front-1: has what it should, 1 compared");
        dump.set(clusters("v0"));
        assertThat(run("xds", "diff", "-k", "envoy-front-1")).isEqualTo(1);
        assertThat(out.toString()).contains("~ cluster c1", "1 of its resources differs");
        assertThat(run("xds", "diff", "-k", "shop/frnt")).isEqualTo(1);
        assertThat(err.toString())
                .contains("proxy \"shop/frnt\" does not run in namespace envoy-gateway-system of context one (expected:"
                        + " one of envoy-front-1");
    }

    @Test
    void versionsThatDifferAreToldByTheExitCode() {
        assertThat(run("version", "-k")).as(out + "" + err).isZero();
        assertThat(out.toString()).contains("envoy-front-1", "All versions fit together.");
        version.set("0.0.9");
        assertThat(run("version", "-k")).isEqualTo(1);
        assertThat(out.toString()).contains("skew: this command is " + ofBuild() + ", services are 0.0.9");
        cluster.breaks("waf-svc-1", "ImagePullBackOff");
        assertThat(run("version", "-k", "-o", "json")).isEqualTo(1);
        assertThat(new JsonObject(out.toString()).getJsonArray("unknown"))
                .containsExactly("waf-svc-1: is not ready: ImagePullBackOff");
    }

    @Test
    void statsAreFilteredAndNamedByProcess() {
        assertThat(run("stats", "-k", "xds", "--nonzero", "--filter", "^gatehouse_xds"))
                .isZero();
        assertThat(out.toString()).containsPattern("xds-svc-1 +7.0 +gatehouse_xds_pushes_total\\{type=\"a b\"}");
        assertThat(out.toString()).doesNotContain("zero_total").doesNotContain("waf-svc");
        assertThat(run("stats", "-k", "shop/front")).isZero();
        assertThat(out.toString()).contains("envoy_cluster_up{}");
        assertThat(run("stats", "-k", "nonsense")).isEqualTo(2);
        assertThat(err.toString()).contains("Component \"nonsense\" is not known (expected: controller-svc, xds-svc");
    }

    @Test
    void statusHasObjectsPodsAndProxiesOfTheCluster() {
        cluster.objects(
                "gateway.networking.k8s.io/v1",
                "GatewayClass",
                "gatewayclasses",
                new JsonObject("""
                        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "gatehouse"},
                         "spec": {"controllerName": "gatehouse.dev/gatewayclass-controller"}}"""),
                new JsonObject("""
                        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "other"},
                         "spec": {"controllerName": "example.com/other"}}"""));
        cluster.objects(
                "gateway.networking.k8s.io/v1",
                "Gateway",
                "gateways",
                gateway("front", "gatehouse", "True"),
                gateway("foreign", "other", "False"));
        cluster.objects("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", new JsonObject("""
                {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
                 "metadata": {"name": "cart", "namespace": "shop"},
                 "spec": {"hostnames": ["cart.example"], "parentRefs": [{"name": "front"}]},
                 "status": {"parents": [{"controllerName": "gatehouse.dev/gatewayclass-controller",
                   "parentRef": {"name": "front", "sectionName": "http"},
                   "conditions": [{"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""},
                                  {"type": "ResolvedRefs", "status": "False", "reason": "BackendNotFound", "message": "no cart"}]}]}}"""));
        assertThat(run("status", "-k")).isEqualTo(1);
        assertThat(out.toString())
                .containsPattern("shop/front +http +http://10.0.0.1:80 +serving")
                .containsPattern("HTTPRoute shop/cart +shop/front/http +cart.example +BackendNotFound: no cart")
                .containsPattern("envoy-front-1 of shop/front +up")
                .containsPattern("shop/front \\(envoy-front-1\\) +up to date")
                .contains("HTTPRoute shop/cart at shop/front/http: ResolvedRefs: BackendNotFound: no cart")
                .doesNotContain("foreign");
        cluster.breaks("authz-svc-1", "CrashLoopBackOff");
        assertThat(run("status", "-k", "-o", "json")).isEqualTo(1);
        assertThat(out.toString())
                .contains("pod envoy-gateway-system/authz-svc-1: is not ready: CrashLoopBackOff");
    }

    private static JsonObject gateway(String name, String gatewayClass, String programmed) {
        return new JsonObject("""
                {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "%1$s", "namespace": "shop"},
                 "spec": {"gatewayClassName": "%2$s", "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]},
                 "status": {"addresses": [{"value": "10.0.0.1"}],
                   "conditions": [{"type": "Programmed", "status": "%3$s", "reason": "x", "message": "y"}],
                   "listeners": [{"name": "http", "conditions": [{"type": "Programmed", "status": "%3$s", "reason": "x", "message": ""}]}]}}
                """.formatted(name, gatewayClass, programmed));
    }

    @Test
    void whatStandsInTheWayIsNamed() {
        assertThat(run("status", "--context", "two")).isEqualTo(1);
        assertThat(err.toString()).contains("no context \"two\" (expected: one of [one])");
        assertThat(run("xds", "proxies", "-n", "none")).isEqualTo(1);
        assertThat(err.toString())
                .contains("no pod in namespace none of context one, which has no such namespace", "-n names it");
        cluster.breaks("xds-svc-1", "ContainerCreating");
        assertThat(run("xds", "proxies", "-k")).isEqualTo(1);
        assertThat(err.toString()).contains("no replica of xds-svc is ready", "xds-svc-1 (ContainerCreating)");
        cluster.forbid("/api/v1/namespaces/envoy-gateway-system/pods");
        assertThat(run("status", "-k")).isEqualTo(1);
        assertThat(err.toString()).contains("the cluster cannot be asked:", "is forbidden", "expected: a Role");
    }

    @Test
    void aPortForwardThatIsNotAllowedIsTold() {
        cluster.forbid("/api/v1/namespaces/envoy-gateway-system/pods/xds-svc-1/portforward");
        assertThat(run("xds", "proxies", "-k")).isEqualTo(1);
        assertThat(err.toString()).contains("pod xds-svc-1", "pods/portforward in namespace envoy-gateway-system");
    }

    @Test
    void theOnlyInstallationIsFoundAndOfSeveralOneIsAskedFor() {
        for (Component each : Component.SERVICES) {
            cluster.remove(each.text() + "-1");
        }
        cluster.pod("edge", "controller-9", "controller-svc", labels("controller-svc"), Map.of());
        cluster.pod("edge", "xds-9", "xds-svc", labels("xds-svc"), Map.of());
        assertThat(run("xds", "proxies", "-k")).isEqualTo(1);
        assertThat(err.toString()).contains("pod xds-9");
        cluster.pod("edge2", "controller-9", "controller-svc", labels("controller-svc"), Map.of());
        assertThat(run("xds", "proxies", "-k")).isEqualTo(1);
        assertThat(err.toString()).contains("(expected: one of edge, edge2, where there is one; -n names it)");
    }

    private static Map<String, String> labels(String name) {
        return Map.of("app.kubernetes.io/name", name);
    }

    @Test
    void anOlderServiceWithoutAPageIsToldApart() throws Exception {
        cluster.remove("xds-svc-1");
        cluster.service(
                Component.XDS,
                "xds-svc-2",
                cluster.serve(request -> request.response().setStatusCode(404).end()));
        assertThat(run("config", "dump", "-k")).isEqualTo(1);
        assertThat(err.toString())
                .contains("pod xds-svc-2 has no page /gatehouse/xds/resources (expected: Gatehouse of the version of this"
                        + " command, or newer; 'gatehouse version' compares)");
    }
}
