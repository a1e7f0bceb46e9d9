package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.httpbin.Httpbin;
import dev.gatehouse.standalone.httpbin.HttpbinOptions;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.ExampleFiles;
import dev.gatehouse.standalone.process.FiveServices;
import dev.gatehouse.standalone.process.FiveServices.Service;
import dev.gatehouse.standalone.process.SteadyTraffic;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The five services as in a cluster: each a process of its own, configured by its environment, with a real Envoy. */
// The waits are bounded by silence; this ends a test that hangs.
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SeparateProcessesIT {
    private static final String FLEET = "protect/front";
    private static final String HOST = "www.example.test";

    private final WebClient web = new WebClient();

    @SuppressWarnings("NullAway.Init")
    private FiveServices services;

    @SuppressWarnings("NullAway.Init")
    private ExampleFiles files;

    @SuppressWarnings("NullAway.Init")
    private Httpbin backend;

    @SuppressWarnings("NullAway.Init")
    private RealEnvoy envoy;

    private int http;
    private int https;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        List<Integer> free = FreePorts.some(2);
        http = free.getFirst();
        https = free.getLast();
        backend = Httpbin.start(new HttpbinOptions(
                "app",
                "127.0.0.1",
                0,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty()));
        files = ExampleFiles.copy("protect", folder)
                .listenerPorts("gateway.yaml", http)
                .edit("gateway.yaml", text -> text + httpsListener())
                .endpointPorts("backend.yaml", backend.httpPort());
        ExampleFiles tls = ExampleFiles.copy("tls", folder.resolve("other"));
        files.write("secret.yaml", tls.read("secret.yaml").replace("namespace: tls", "namespace: protect"));
        services = new FiveServices(files.folder(), "127.0.0.1", _ -> Map.of()).start();
        envoy = RealEnvoy.fromXds("proxy-1", FLEET, ports(Service.XDS).grpc()).awaitReady();
        services.await(() -> web.status(http, "/get") == 200, () -> "the first answer is not 200");
        // The first call of a proxy may take longer than the 100 ms after which a request passes without its limit.
        services.await(
                () -> web.get(http, "/limited/first", "X-User", "nobody")
                        .headers()
                        .firstValue("x-ratelimit-limit")
                        .isPresent(),
                () -> "no limit is in force");
    }

    private String httpsListener() {
        return """
              - name: https
                protocol: HTTPS
                port: %d
                hostname: "*.example.test"
                tls:
                  certificateRefs:
                  - name: example-test
            """.formatted(https);
    }

    @AfterAll
    void stop() {
        if (envoy != null) {
            envoy.close();
        }
        if (services != null) {
            services.close();
        }
        if (backend != null) {
            backend.close();
        }
        web.close();
    }

    private ChildJvm service(Service service) {
        return services.service(service);
    }

    private FiveServices.Ports ports(Service service) {
        return services.ports(service);
    }

    @Test
    void theRateLimitHoldsForEachUserAndSaysWhatIsLeft() throws Exception {
        HttpResponse<String> first = web.get(http, "/limited/a", "X-User", "ann");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.headers().map())
                .containsKeys("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset");
        // A new minute may begin once meanwhile: at most two times five of these are let through.
        HttpResponse<String> last = first;
        for (int i = 0; i < 10 && last.statusCode() == 200; i++) {
            last = web.get(http, "/limited/a", "X-User", "ann");
        }
        assertThat(last.statusCode()).isEqualTo(429);
        assertThat(last.headers().firstValue("x-ratelimit-remaining")).contains("0");
        assertThat(web.status(http, "/limited/a", "X-User", "ben")).isEqualTo(200);
    }

    @Test
    void theWafRefusesAnAttack() throws Exception {
        assertThat(web.status(http, "/get?q=%3Cscript%3Ealert(1)%3C/script%3E")).isEqualTo(403);
        assertThat(web.status(http, "/get", "User-Agent", "sqlmap/1.8")).isEqualTo(403);
        assertThat(web.status(http, "/get?q=hello")).isEqualTo(200);
    }

    @Test
    void apiKeysAndPasswordsLetTheirOwnersIn() throws Exception {
        assertThat(web.status(http, "/keys/a")).isEqualTo(401);
        assertThat(web.status(http, "/keys/a", "X-Api-Key", "wrong")).isEqualTo(401);
        HttpResponse<String> alice = web.get(http, "/keys/a", "X-Api-Key", "alices-key-3f7c");
        assertThat(alice.statusCode()).isEqualTo(200);
        assertThat(alice.body()).contains("\"X-Client-Id\": \"alice\"").doesNotContain("alices-key");

        assertThat(web.status(http, "/login/a")).isEqualTo(401);
        assertThat(web.status(http, "/login/a", "Authorization", basic("carol:wrong")))
                .isEqualTo(401);
        HttpResponse<String> carol = web.get(http, "/login/a", "Authorization", basic("carol:secret"));
        assertThat(carol.statusCode()).isEqualTo(200);
        assertThat(carol.body()).contains("\"X-User-Name\": \"carol\"");
    }

    private static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aCertificateArrivesThroughTheLogWhereItIsSealed() throws Exception {
        assertThat(https()).startsWith("HTTP/1.1 200");
        for (ChildJvm service : services.all()) {
            assertThat(service.output()).doesNotContain("PRIVATE KEY", services.sealKeys());
        }
    }

    private String https() throws Exception {
        return WebClient.https(https, HOST, "/get", ChildJvm.repository().resolve("examples/tls/certificate.pem"));
    }

    @Test
    void eachServiceIsHealthyAndHasItsMetrics() throws Exception {
        assertThat(web.status(http, "/keys/a")).isEqualTo(401);
        assertThat(web.status(http, "/limited/a", "X-User", "metrics")).isIn(200, 429);
        Map<Service, List<String>> metrics = Map.of(
                Service.CONTROLLER, List.of("gatehouse_controller_gateways 1.0", "gatehouse_controller_problems 0.0"),
                Service.XDS, List.of("gatehouse_xds_streams{protocol=\"delta\"}", "gatehouse_xds_acks_total{"),
                Service.RATELIMIT, List.of("gatehouse_ratelimit_decisions_total{"),
                Service.WAF, List.of("gatehouse_waf_transactions", "gatehouse_waf_policies"),
                Service.AUTHZ, List.of("gatehouse_authz_checks_total{"));
        for (Service service : Service.values()) {
            HttpResponse<String> health = web.get(ports(service).http(), "/q/health");
            assertThat(health.statusCode()).as(service.module()).isEqualTo(200);
            assertThat(new JsonObject(health.body()).getString("status")).isEqualTo("UP");
            assertThat(web.get(ports(service).http(), "/q/metrics").body())
                    .as(service.module())
                    .contains(metrics.get(service));
        }
    }

    @Test
    void theConsoleOfTheControllerShowsTheProxiesAsTheyAreReported() throws Exception {
        int console = ports(Service.CONTROLLER).http();
        services.await(
                () -> web.get(console, "/console/proxies").body().contains("proxy-1"),
                () -> "the console does not show the proxy");
        assertThat(web.get(console, "/console/proxies").body()).contains(FLEET, "gatehouse/waf", "up to date (");
        assertThat(web.get(console, "/console/routes/HTTPRoute/protect/api").body())
                .contains("BackendTrafficPolicy protect/five-a-minute", "path prefix /limited");
        assertThat(web.get(console, "/console/explain?url=http%3A%2F%2Flocalhost%3A" + http + "%2Fkeys")
                        .body())
                .contains("refused by apiKeyAuth");
        assertThat(web.get(console, "/console/").body())
                .contains("controller-svc, files")
                .doesNotContain("Refused requests", "id=\"plots\"");
        assertThat(web.status(console, "/console/live.json")).isEqualTo(404);
        assertThat(web.status(console, "/console/requests")).isEqualTo(404);
        assertThat(web.status(ports(Service.XDS).http(), "/console/")).isEqualTo(404);
    }

    @Test
    void logsAreLinesOfJson() {
        for (Service service : Service.values()) {
            assertThat(service(service).lines())
                    .as(service.module())
                    .isNotEmpty()
                    .anySatisfy(line -> {
                        JsonObject entry = new JsonObject(line);
                        assertThat(entry.getString("message")).contains(service.module());
                        assertThat(entry.getString("level")).isEqualTo("INFO");
                        assertThat(entry.getString("timestamp")).isNotBlank();
                    });
        }
    }

    @Test
    void allGoesOnWithoutTheControllerAndAnEditCountsOnceItIsBack() throws Exception {
        try (SteadyTraffic traffic = SteadyTraffic.of(() -> web.status(http, "/get"))) {
            service(Service.CONTROLLER).kill();
            services.await(
                    () -> web.get(ports(Service.XDS).http(), "/q/health").body().contains("\"connected\": false"),
                    () -> "xds-svc has not seen that the controller is gone");
            for (Service service : List.of(Service.XDS, Service.RATELIMIT, Service.WAF, Service.AUTHZ)) {
                assertThat(web.status(ports(service).http(), "/q/health/ready")).isEqualTo(200);
            }
            assertThat(https()).startsWith("HTTP/1.1 200");
            // It binds the same ports; the kernel shares the connections out between the two.
            try (RealEnvoy late = RealEnvoy.fromXds(
                            "proxy-2", FLEET, ports(Service.XDS).grpc())
                    .awaitReady()) {
                assertThat(late.configDump())
                        .contains(
                                "\"port_value\": " + http,
                                "\"port_value\": " + https,
                                "\"port_value\": " + backend.httpPort())
                        .contains("dynamic_route_configs", "dynamic_active_secrets");
            }
            long sent = traffic.sent();
            services.await(() -> traffic.sent() > sent + 20, () -> "no more requests");

            services.launch(Service.CONTROLLER);
            services.awaitReady(Service.CONTROLLER);
            services.await(
                    () -> web.get(ports(Service.XDS).http(), "/q/health").body().contains("\"connected\": true"),
                    () -> "xds-svc is not connected to the new controller");
            files.replace("routes.yaml", "value: /keys", "value: /with-key");
            services.await(
                    () -> web.status(http, "/with-key/a") == 401,
                    () -> "the edit does not count; controller: "
                            + service(Service.CONTROLLER).output());
            assertThat(web.status(http, "/with-key/a", "X-Api-Key", "bobs-key-91ab"))
                    .isEqualTo(200);
            files.replace("routes.yaml", "value: /with-key", "value: /keys");
            services.await(() -> web.status(http, "/keys/a") == 401, () -> "the edit back does not count");
            assertThat(traffic.failed()).isEmpty();
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void aServiceThatIsStoppedEndsInTimeAndItsTrafficFailsAsConfigured() throws Exception {
        end(Service.RATELIMIT);
        // Open, as no policy says otherwise: far more than the limit.
        for (int i = 0; i < 8; i++) {
            assertThat(web.status(http, "/limited/a", "X-User", "zoe")).isEqualTo(200);
        }
        end(Service.AUTHZ);
        assertThat(web.status(http, "/keys/a", "X-Api-Key", "alices-key-3f7c")).isBetween(403, 503);
        assertThat(web.status(http, "/get")).isEqualTo(200);
        end(Service.XDS);
        assertThat(web.status(http, "/get")).isEqualTo(200);
        end(Service.CONTROLLER);
        assertThat(web.status(http, "/get")).isEqualTo(200);
        end(Service.WAF);
        assertThat(web.status(http, "/get")).isBetween(500, 503);
    }

    private void end(Service service) throws IOException, InterruptedException {
        // quarkus.shutdown.timeout is 10 s. The exit code of a JVM that ends by SIGTERM is 143.
        assertThat(services.end(service, Duration.ofSeconds(12)))
                .as(service(service).output())
                .isIn(0, 143);
    }
}
