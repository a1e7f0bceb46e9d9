package dev.gatehouse.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.crd.CustomResourceDefinitions;
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
import io.fabric8.kubernetes.client.utils.Serialization;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands against the services of a cluster: their pages through port-forwards, and what its API server lists. */
final class ClusterCommandsTest {
    private static final String FLEET = "shop/front";
    private static final Duration SOON = Duration.ofSeconds(30);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final SnapshotStore store = new SnapshotStore();
    private final AtomicReference<Optional<String>> refusal = new AtomicReference<>(Optional.empty());
    private final AtomicReference<String> version = new AtomicReference<>(ofBuild());
    private final AtomicReference<String> dump = new AtomicReference<>("");

    @SuppressWarnings("NullAway.Init")
    private FakeCluster cluster;

    private static final String TOP = """
            {"since": "2026-11-28T21:00:00Z", "forgotten": false, "limited": [
              {"domain": "shop/front", "descriptor": [{"key": "rule-0", "value": ""}, {"key": "user", "value": "ann-quota"}],
               "limit": "10/minute", "shadow": false, "requests": 7}]}""";
    private static final String HITS = """
            gatehouse_ratelimit_rule_hits_total{domain="shop/front",limit="10/minute",result="over",rule="rule-0"} 7.0
            gatehouse_ratelimit_rule_hits_total{domain="shop/front",limit="10/minute",result="ok",rule="rule-0"} 1.2E2
            gatehouse_ratelimit_rule_hits_total{domain="shop/front",limit="9/hour",result="ok",rule="rule-1"} 5.0
            """;

    private final AtomicInteger wafEvents = new AtomicInteger(2);
    private final AtomicReference<String> wafLife = new AtomicReference<>("a");

    private String events(long after) {
        JsonArray events = new JsonArray();
        for (int i = 1; i <= wafEvents.get(); i++) {
            if (i > after) {
                events.add(new JsonObject()
                        .put("number", i)
                        .put("at", "2026-11-28T21:00:0" + i + "Z")
                        .put("policy", "shop/waf")
                        .put("uniqueId", "id-" + wafLife.get() + i)
                        .put("client", "192.0.2.7")
                        .put("method", "GET")
                        .put("host", "shop.example")
                        .put("path", "/cart")
                        .put("mode", "ON")
                        .put("verdict", i % 2 == 0 ? "detected" : "blocked")
                        .put(
                                "rules",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("id", 900 + i)
                                                .put("message", "found")
                                                .put("severity", "CRITICAL")
                                                .put("variable", "ARGS:q")))
                        .put("rulesLeftOut", 0)
                        .put("trace", ""));
            }
        }
        return new JsonObject()
                .put("life", wafLife.get())
                .put("last", wafEvents.get())
                .put("events", events)
                .encode();
    }

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
        router.get("/q/metrics")
                .handler(context -> context.response()
                        .end("# HELP x\ngatehouse_build_info{java=\"25\",service=\"xds-svc\",version=\"" + version.get()
                                + "\"} 1.0\ngatehouse_xds_pushes_total{type=\"a b\"} 7.0\nzero_total 0.0\n" + HITS));
        router.get("/q/health").handler(context -> context.response().end("{\"status\":\"UP\"}"));
        router.get("/gatehouse/waf/events")
                .handler(context -> context.response()
                        .end(events(Long.parseLong(
                                context.queryParams().contains("after")
                                        ? context.queryParams().get("after")
                                        : "0"))));
        router.get("/gatehouse/sbom").handler(context -> context.response().end("""
                {"metadata": {"properties": [{"name": "gatehouse:libraries", "value": "known"}]}, "components": [
                  {"purl": "pkg:maven/io.netty/netty-codec@4.1.130.Final"}, {"purl": "pkg:generic/owasp-crs@4.25.0"}]}"""));
        router.get("/gatehouse/quota/top").handler(context -> context.response().end(TOP));
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
                                                .setSecret(
                                                        DataSource.newBuilder().setInlineString("planted")))
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
                        Objects.requireNonNull(refusal.get())
                                .map(_ -> Set.of("c1"))
                                .orElse(Set.of()),
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
        assertThat(out.toString()).contains("pod envoy-gateway-system/authz-svc-1: is not ready: CrashLoopBackOff");
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
                .contains(
                        "pod xds-svc-2 has no page /gatehouse/xds/resources (expected: Gatehouse of the version of this"
                                + " command, or newer; 'gatehouse version' compares)");
    }

    @Test
    void wafEventsAreFilteredAndOfAllReplicas() {
        assertThat(run("waf", "events", "-k")).as(err.toString()).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "2026-11-28T21:00:01Z blocked 192.0.2.7 GET shop.example/cart by shop/waf (waf-svc-1, id-a1)",
                        "    901 found (CRITICAL, ARGS:q)",
                        "2026-11-28T21:00:02Z detected 192.0.2.7 GET shop.example/cart by shop/waf (waf-svc-1, id-a2)",
                        "    902 found (CRITICAL, ARGS:q)");
        assertThat(run("waf", "events", "-k", "--blocked", "-o", "json")).isZero();
        assertThat(out.toString().lines()).hasSize(1);
        assertThat(run("waf", "events", "-k", "--rule", "902")).isZero();
        assertThat(out.toString()).contains("id-a2").doesNotContain("id-a1");
        assertThat(run("waf", "events", "-k", "--policy", "shop/other")).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(run("waf", "events", "-k", "--last", "1")).isZero();
        assertThat(out.toString()).contains("id-a2").doesNotContain("id-a1");
    }

    @Test
    void wafEventsAreFollowedOverARestartOfTheProcess() throws Exception {
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        Thread command = Thread.ofPlatform().start(() -> exit.complete(run("waf", "events", "-k", "--follow")));
        Await.until(() -> out.toString().contains("id-a2"), SOON, () -> out + "" + err);
        wafEvents.set(3);
        Await.until(() -> out.toString().contains("id-a3"), SOON, () -> out + "" + err);
        wafLife.set("b");
        wafEvents.set(1);
        Await.until(() -> out.toString().contains("id-b1"), SOON, () -> out + "" + err);
        assertThat(out.toString().split("id-a2", -1)).hasSize(2);
        command.interrupt();
        assertThat(exit.get(30, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void theMostLimitedRulesAndDescriptorsAreAddedUpOverReplicas() throws Exception {
        assertThat(run("quota", "top", "-k")).as(err.toString()).isZero();
        assertThat(out.toString())
                .containsPattern("shop/front +rule-0 +10/minute +7 +0 +0 +120")
                .containsPattern("7 +10/minute +shop/front +rule-0, user=ann-quota")
                .doesNotContain("rule-1");
        cluster.service(
                Component.RATELIMIT,
                "ratelimit-svc-2",
                cluster.serve(request -> request.response().end(request.path().equals("/q/metrics") ? HITS : TOP)));
        assertThat(run("quota", "top", "-k", "-o", "json")).isZero();
        JsonObject tree = new JsonObject(out.toString());
        assertThat(tree.getJsonArray("descriptors").getJsonObject(0).getInteger("requests"))
                .isEqualTo(14);
        assertThat(tree.getJsonArray("rules")
                        .getJsonObject(0)
                        .getJsonObject("results")
                        .getInteger("over"))
                .isEqualTo(14);
        assertThat(run("quota", "top", "-k", "--most", "0")).isEqualTo(2);
    }

    @Test
    void logsAreMergedByTimeAndJsonIsMadeReadable() {
        cluster.log("waf-svc-1", "2026-11-28T21:00:02.5Z plain words");
        cluster.log(
                "xds-svc-1",
                "2026-11-28T21:00:01.25Z {\"level\":\"WARN\",\"loggerName\":\"a.B\",\"message\":\"gone\",\"exception\":"
                        + "{\"exceptionType\":\"X\",\"message\":\"why\"}}");
        cluster.log("envoy-front-1", "2026-11-28T21:00:03Z {\"path\":\"/\"}");
        assertThat(run("logs", "-k")).as(err.toString()).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "2026-11-28T21:00:01.250Z xds-svc-1 WARN [a.B] gone: X: why",
                        "2026-11-28T21:00:02.500Z waf-svc-1 plain words",
                        "2026-11-28T21:00:03.000Z envoy-front-1 {\"path\":\"/\"}");
        assertThat(run("logs", "-k", "proxy", "xds", "--raw")).isZero();
        assertThat(out.toString()).contains("loggerName").doesNotContain("plain words");
        assertThat(run("logs", "-k", "--since", "soon")).isEqualTo(2);
        assertThat(err.toString()).contains("\"soon\" is no time span (expected: such as 90s, 10m, 2h or 1d)");
        cluster.forbid("/api/v1/namespaces/envoy-gateway-system/pods/waf-svc-1/log");
        assertThat(run("logs", "-k")).isEqualTo(1);
        assertThat(err.toString()).contains("the log of pod waf-svc-1 cannot be read");
        assertThat(out.toString()).contains("xds-svc-1");
    }

    @Test
    void theSupportBundleHasEverythingButSecrets(@TempDir Path folder) throws Exception {
        String secret = "PLANTED-known-value";
        String base64 = Base64.getEncoder().encodeToString(secret.getBytes(UTF_8));
        cluster.objects("v1", "Secret", "secrets", new JsonObject("""
                {"apiVersion": "v1", "kind": "Secret",
                 "metadata": {"name": "client", "namespace": "shop", "annotations": {
                   "kubectl.kubernetes.io/last-applied-configuration": "{\\"data\\":{\\"client-secret\\":\\"%1$s\\"}}"}},
                 "type": "Opaque", "data": {"client-secret": "%1$s"}}""".formatted(base64)));
        cluster.objects("v1", "ConfigMap", "configmaps", new JsonObject("""
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "rules", "namespace": "shop"},
                 "data": {"key.pem": "PLANTED-in-a-config-map"}}"""));
        cluster.objects("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", new JsonObject("""
                {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "cart", "namespace": "shop"},
                 "spec": {"hostnames": ["cart.example"], "rules": [{"filters": [{"type": "RequestHeaderModifier",
                   "requestHeaderModifier": {"set": [{"name": "X-Api-Key", "value": "PLANTED-header"}]}}]}]}}"""));
        cluster.log("waf-svc-1", "2026-11-28T21:00:02Z the provider refused " + secret + " of shop");
        cluster.log(
                "envoy-front-1",
                "2026-11-28T21:00:02Z {\"path\":\"/cb?code=PLANTED-code\",\"h\":\"Bearer PLANTED-bearer\"}");
        dump.set("""
                {"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump", "dynamicActiveClusters": [
                  {"versionInfo": "v1", "cluster": {"@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", "name": "c1",
                   "metadata": {"filterMetadata": {"x": {"password": "PLANTED-in-envoy", "text": "%s"}}}}}]}]}
                """.formatted(secret));
        cluster.forbid("/apis/apps/v1");
        Path file = folder.resolve("bundle.zip");
        assertThat(run("collect", "-k", "--file", file.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("not had: deployments: ", file + ": ");
        Map<String, String> entries = new TreeMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                entries.put(
                        entry.getName(), new String(zip.getInputStream(entry).readAllBytes(), UTF_8));
            }
        }
        entries.forEach((name, text) -> assertThat(text)
                .as(name)
                .doesNotContain("PLANTED")
                .doesNotContain("planted")
                .doesNotContain("ann-quota")
                .doesNotContain(base64));
        assertThat(entries.keySet())
                .contains(
                        "manifest.json",
                        "versions.json",
                        "status.json",
                        "cluster/pods.json",
                        "objects/Secret/shop_client.json",
                        "objects/HTTPRoute/shop_cart.json",
                        "xds/subscribers.json",
                        "xds/resources/shop_front.json",
                        "services/waf-svc-1/log.txt",
                        "services/waf-svc-1/metrics.txt",
                        "services/waf-svc-1/waf-events.json",
                        "services/ratelimit-svc-1/quota-top.json",
                        "proxies/envoy-front-1/config_dump.json",
                        "proxies/envoy-front-1/log.txt",
                        "proxies/envoy-front-1/diff.json");
        assertThat(entries.get("objects/Secret/shop_client.json")).contains("\"dataKeys\" : [ \"client-secret\" ]");
        assertThat(entries.get("objects/HTTPRoute/shop_cart.json")).contains("cart.example", "(redacted)");
        assertThat(entries.get("services/waf-svc-1/log.txt")).contains("the provider refused (redacted) of shop");
        assertThat(entries.get("proxies/envoy-front-1/config_dump.json")).contains("dynamicActiveClusters");
        JsonObject manifest = new JsonObject(entries.get("manifest.json"));
        assertThat(manifest.getJsonArray("files")).hasSize(entries.size() - 1);
        assertThat(manifest.getJsonArray("missing").encode()).contains("deployments");
        assertThat(manifest.getInteger("replacements")).isPositive();
        assertThat(run("collect", "-k", "--file", file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("is there already (expected: a file that is not");
    }

    @Test
    void whatMustBeUpgradedIsOneCommand(@TempDir Path folder) throws Exception {
        assertThat(run("audit", "-k")).as(out + "" + err).isZero();
        assertThat(out.toString())
                .containsPattern("envoy +1.40.0 +shop/front")
                .containsPattern("owasp-crs +4.25.0 +authz-svc, controller-svc")
                .contains("1 libraries", "No advisories were given");
        Path advisory = Files.writeString(folder.resolve("a.json"), """
                {"id": "GHSA-1", "aliases": ["CVE-2026-1"], "summary": "reads too far", "affected": [
                  {"package": {"ecosystem": "Maven", "name": "io.netty:netty-codec"},
                   "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "4.1.0"}, {"fixed": "4.1.131.Final"}]}]}]}""");
        assertThat(run("audit", "-k", "--advisories", advisory.toString())).isEqualTo(1);
        assertThat(out.toString())
                .containsPattern(
                        "io.netty:netty-codec +4.1.130.Final +GHSA-1 \\(CVE-2026-1\\) +4.1.131.Final +authz-svc,")
                .contains("reads too far", "1 of 1 advisories are about what runs.");
        cluster.breaks("waf-svc-1", "CrashLoopBackOff");
        assertThat(run("audit", "-k", "-o", "json")).isEqualTo(1);
        assertThat(new JsonObject(out.toString()).getJsonArray("unknown"))
                .containsExactly("waf-svc-1: is not ready: CrashLoopBackOff");
        assertThat(run("audit", "-k", "--advisories", folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none is not there (expected: a JSON file in OSV's format");
    }

    @Test
    void whatAnUpgradeWouldChangeIsToldByObjectAndByFieldsOfDefinitions() {
        assertThat(run("upgrade", "check", "-k")).isEqualTo(1);
        assertThat(err.toString()).contains("there is no Deployment controller-svc in namespace envoy-gateway-system");
        cluster.object("/apis/apps/v1/namespaces/envoy-gateway-system/deployments/controller-svc", new JsonObject("""
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "controller-svc"},
                 "spec": {"template": {"spec": {"containers": [{"name": "controller-svc", "env": [
                   {"name": "POD_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
                   {"name": "GATEHOUSE_CONTROLLER_SOURCE", "value": "kubernetes"},
                   {"name": "GATEHOUSE_CONTROLLER_WAF_ADDRESS", "value": "waf-svc.$(POD_NAMESPACE).svc:18030"}]}]}}}}"""));
        JsonObject gateway = new JsonObject("""
                {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "front", "namespace": "shop", "generation": 1},
                 "spec": {"gatewayClassName": "gatehouse", "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}}""");
        cluster.objects("gateway.networking.k8s.io/v1", "GatewayClass", "gatewayclasses", new JsonObject("""
                        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "gatehouse", "generation": 1},
                         "spec": {"controllerName": "gatehouse.dev/gatewayclass-controller"}}"""));
        cluster.objects("gateway.networking.k8s.io/v1", "Gateway", "gateways", gateway);
        cluster.objects("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", new JsonObject("""
                {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "cart", "namespace": "shop", "generation": 1},
                 "spec": {"parentRefs": [{"name": "front"}], "rules": [{"filters": [
                   {"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]}]}}"""));
        for (Kind<?> kind : CustomResourceDefinitions.kinds()) {
            JsonObject definition =
                    new JsonObject(Serialization.unmarshal(CustomResourceDefinitions.yaml(kind), LinkedHashMap.class));
            if (kind.name().equals("WAFPolicy")) {
                schema(definition).remove("mode");
                schema(definition).put("older", new JsonObject().put("type", "string"));
            }
            cluster.object(
                    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + CustomResourceDefinitions.name(kind),
                    definition);
        }
        assertThat(run("upgrade", "check", "-k")).as(err.toString()).isEqualTo(1);
        assertThat(out.toString())
                .contains("Gateway shop/front\n", "  + listener ")
                .contains("made by the installed version alone\n  - cluster c1 of shop/front")
                .contains(
                        "CRD wafpolicies.gatehouse.dev\n  + v1alpha1 spec.mode\n  - v1alpha1 spec.older\n",
                        "Compared: shop/front (envoy-front-1). ",
                        " resources and 1 CRDs would change.");
        assertThat(run("upgrade", "check", "-k", "-o", "json")).isEqualTo(1);
        assertThat(new JsonObject(out.toString()).getJsonArray("definitions")).hasSize(1);
    }

    private static JsonObject schema(JsonObject definition) {
        return definition
                .getJsonObject("spec")
                .getJsonArray("versions")
                .getJsonObject(0)
                .getJsonObject("schema")
                .getJsonObject("openAPIV3Schema")
                .getJsonObject("properties")
                .getJsonObject("spec")
                .getJsonObject("properties");
    }
}
