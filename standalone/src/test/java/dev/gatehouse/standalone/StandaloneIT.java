package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.ExampleFiles;
import dev.gatehouse.standalone.process.SteadyTraffic;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The built {@code gatehouse run} with the quickstart, as a user runs it. */
// The waits are bounded by themselves; this ends a test that hangs.
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class StandaloneIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private record Answer(int exit, String out, String err) {}

    private final WebClient web = new WebClient();

    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private ExampleFiles files;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    private int port;
    private int grpcPort;
    private int adminPort;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        List<Integer> free = FreePorts.some(4);
        port = free.get(0);
        grpcPort = free.get(1);
        adminPort = free.get(2);
        files = ExampleFiles.copy("quickstart", folder)
                .listenerPorts("gateway.yaml", port)
                .endpointPorts("backend.yaml", free.get(3));
        gatehouse = run(grpcPort, adminPort, files.folder());
        gatehouse.awaitLine(line -> line.startsWith("Ctrl-C"));
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        web.close();
    }

    private static ChildJvm run(int grpcPort, int adminPort, Path files, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "-Dgatehouse.home=" + ChildJvm.repository(),
                "run",
                files.toString(),
                "--grpc-port",
                Integer.toString(grpcPort),
                "--admin-port",
                Integer.toString(adminPort)));
        arguments.addAll(List.of(more));
        if (!arguments.contains("--envoy")) {
            arguments.addAll(List.of("--envoy", RealEnvoy.binary().path().toString()));
        }
        return ChildJvm.start("standalone", Map.of(), arguments.toArray(String[]::new));
    }

    private Answer ask(String... command) {
        return askAt(adminPort, command);
    }

    private static Answer askAt(int adminPort, String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--admin-port", Integer.toString(adminPort)));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Gatehouse.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
        return new Answer(exit, out.toString(), err.toString());
    }

    @Test
    void theFirstRequestAfterItSaysThatItServesIsAnswered() throws Exception {
        HttpResponse<String> answer = web.get(port, "/httpbin/get?a=b");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(answer.body()).getJsonObject("args").getString("a"))
                .isEqualTo("b");
        assertThat(gatehouse.output()).contains("http://localhost:" + port);
        assertThat(web.status(port, "/elsewhere")).isEqualTo(404);
    }

    @Test
    void xdsTellsWhatProxiesHaveAcknowledgedAndThatTheyHaveWhatTheyShould() {
        String proxy = "standalone/httpbin/dedicated-gateway";
        Answer proxies = ask("xds", "proxies");
        assertThat(proxies.exit()).as(proxies.out()).isZero();
        assertThat(proxies.out())
                .contains(proxy + " of httpbin/dedicated-gateway: version 1.", "delta, connected since ")
                .containsPattern("  cluster +\\d+ +\\d+ +\\d+ s ago +\\d+  all")
                .contains(" of gatehouse/waf: ");
        Answer json = ask("xds", "proxies", "-o", "json");
        assertThat(new JsonArray(json.out()))
                .anySatisfy(each ->
                        assertThat(((JsonObject) each).getString("node")).isEqualTo(proxy));
        for (String name : List.of(proxy, "httpbin/dedicated-gateway")) {
            Await.until(
                    () -> ask("xds", "diff", name).exit() == 0,
                    SOON,
                    () -> ask("xds", "diff", name).toString());
            assertThat(ask("xds", "diff", name).out())
                    .containsPattern("^" + proxy + ": has what it should, \\d+ compared\n$");
        }
        Answer unknown = ask("xds", "diff", "nobody");
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.err())
                .contains("proxy \"nobody\" does not run in gatehouse run on 127.0.0.1:", "(expected: one of ", proxy);
        Answer callout = ask("xds", "diff", "gatehouse/waf");
        assertThat(callout.exit()).isEqualTo(1);
        assertThat(callout.err()).contains("proxy \"gatehouse/waf\" does not run in");
    }

    @Test
    void statusTellsOfAllPartsAsTextAndAsJson() {
        Answer text = ask("status");
        assertThat(text.exit()).as(text.out()).isZero();
        assertThat(text.out())
                .contains(
                        "httpbin/dedicated-gateway",
                        "HTTPRoute httpbin/httpbin",
                        "up to date",
                        "http://localhost:" + port);
        Answer json = ask("status", "-o", "json");
        assertThat(json.exit()).isZero();
        JsonObject status = new JsonObject(json.out());
        assertThat(status.getJsonArray("problems")).isEmpty();
        assertThat(status.getLong("pid")).isEqualTo(gatehouse.pid());
        assertThat(status.getJsonArray("parts"))
                .allSatisfy(part ->
                        assertThat(((JsonObject) part).getString("state")).isEqualTo("up"));
    }

    @Test
    void whatBecomesOfARequestIsExplained() throws Exception {
        Answer answer = ask("explain", "-H", "x-a: b", "http://localhost:" + port + "/httpbin/get?a=b");
        assertThat(answer.exit()).as(answer.err()).isZero();
        assertThat(answer.out()).contains("outcome    forwarded", "HTTPRoute httpbin/httpbin, rule 0", "127.0.0.1:");
        assertThat(web.status(port, "/elsewhere")).isEqualTo(404);
        assertThat(ask("explain", "http://localhost:" + port + "/elsewhere").out())
                .contains("outcome    404: ");
    }

    @Test
    void theConfigurationIsDumped() {
        Answer dump = ask("config", "dump", "--type", "route", "-o", "json");
        assertThat(dump.exit()).isZero();
        assertThat(new JsonArray(dump.out()).encode()).contains("/httpbin/", "httpbin/dedicated-gateway");
    }

    @Test
    void anEditIsLive() throws Exception {
        files.replace("route.yaml", "value: /httpbin/", "value: /moved/");
        Await.until(() -> web.status(port, "/moved/get") == 200, SOON, gatehouse::output);
        assertThat(web.status(port, "/httpbin/get")).isEqualTo(404);
        files.replace("route.yaml", "value: /moved/", "value: /httpbin/");
        Await.until(() -> web.status(port, "/httpbin/get") == 200, SOON, gatehouse::output);
    }

    @Test
    void noRequestFailsWhileAFileIsRewrittenInPlace() throws Exception {
        Path file = files.folder().resolve("route.yaml");
        String good = files.read("route.yaml");
        try (SteadyTraffic traffic = SteadyTraffic.of(() -> web.status(port, "/httpbin/get"))) {
            for (int i = 0; i < 50; i++) {
                for (String text : List.of("", good.substring(0, good.length() / 2), good + "# " + i + "\n")) {
                    long sent = traffic.sent();
                    Files.writeString(file, text);
                    Await.until(() -> traffic.sent() > sent, SOON, () -> "no request is answered");
                }
            }
            assertThat(traffic.failed()).isEmpty();
        } finally {
            files.write("route.yaml", good);
        }
    }

    @Test
    void aListenerThatNothingListensForIsNotCalledServing() throws Exception {
        Path file = files.folder().resolve("passthrough.yaml");
        Files.writeString(file, """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: passthrough, namespace: httpbin}
                spec:
                  gatewayClassName: teg
                  listeners:
                  - {name: tls, protocol: TLS, port: %d, tls: {mode: Passthrough}}
                """.formatted(FreePorts.one()));
        try {
            Await.until(
                    () -> ask("status").out().contains("not serving: no route is attached, so its port is closed"),
                    SOON,
                    () -> ask("status").out());
            assertThat(ask("status").out()).contains("passthrough.yaml:7:5: warning: Gateway httpbin/passthrough");
            assertThat(ask("status").exit()).as("a warning is no problem").isZero();
        } finally {
            Files.delete(file);
        }
        Await.until(
                () -> !ask("status").out().contains("passthrough"),
                SOON,
                () -> ask("status").out());
    }

    @Test
    void aBrokenEditKeepsTheLastGoodVersionAndStatusSaysWhere() throws Exception {
        String good = files.read("route.yaml");

        files.write("route.yaml", "apiVersion: v1\nkind: [open\n");
        Await.until(() -> ask("status").exit() == 1, SOON, () -> ask("status").out());
        assertThat(ask("status").out())
                .contains("last good", "HTTPRoute httpbin/httpbin")
                .containsPattern("route\\.yaml:\\d+:\\d+");
        assertThat(web.status(port, "/httpbin/get")).isEqualTo(200);

        files.write("route.yaml", good.replace("        value: /httpbin/", "        valu: /other/"));
        Await.until(
                () -> ask("status").out().contains("valu"),
                SOON,
                () -> ask("status").out());
        Answer broken = ask("status");
        assertThat(broken.exit()).isEqualTo(1);
        assertThat(broken.out()).contains("last good").containsPattern("route\\.yaml:13:9");
        assertThat(gatehouse.output()).containsPattern("gatehouse: .*route\\.yaml:13:9");
        assertThat(web.status(port, "/httpbin/get")).isEqualTo(200);

        files.write("route.yaml", good);
        Await.until(() -> ask("status").exit() == 0, SOON, () -> ask("status").out());
        assertThat(ask("status").out()).doesNotContain("last good");
    }

    @Test
    void anEnvoyThatIsKilledComesBack() throws Exception {
        ProcessHandle envoy = envoy();
        envoy.destroyForcibly();
        envoy.onExit().join();
        Await.until(() -> web.status(port, "/httpbin/get") == 200, SOON, gatehouse::output);
        assertThat(envoy().pid()).isNotEqualTo(envoy.pid());
    }

    private ProcessHandle envoy() {
        return ProcessHandle.of(gatehouse.pid())
                .orElseThrow()
                .descendants()
                .filter(child -> child.info()
                        .command()
                        .orElse("")
                        .equals(RealEnvoy.binary().path().toString()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no Envoy runs: " + gatehouse.output()));
    }

    @Test
    void anotherInstanceOnTheSamePortsIsRefused() throws Exception {
        List<Integer> free = FreePorts.some(3);
        try (ChildJvm sameAdmin = run(free.get(0), adminPort, files.folder());
                ChildJvm sameListener = run(free.get(1), free.get(2), files.folder())) {
            assertThat(sameAdmin.exit(SOON)).isEqualTo(1);
            assertThat(sameAdmin.lines()).singleElement().asString().contains("port " + adminPort, "--admin-port");
            assertThat(sameListener.exit(SOON)).as(sameListener.output()).isEqualTo(1);
            assertThat(sameListener.output())
                    .contains("Gateway httpbin/dedicated-gateway, listener http: tcp 0.0.0.0:" + port + " is in use");
            assertThat(sameListener.output()).doesNotContain("Exception", "PortProblem[");
        }
        assertThat(web.status(port, "/httpbin/get")).isEqualTo(200);
    }

    @Test
    void anUnusableEnvoyIsOneClearMessage() throws Exception {
        Path plain = Files.writeString(folder.resolve("plain"), "not a program");
        List<Integer> free = FreePorts.some(6);
        try (ChildJvm other = run(free.get(0), free.get(1), files.folder(), "--envoy", "/bin/false");
                ChildJvm missing = run(free.get(2), free.get(3), files.folder(), "--envoy", "/no/such/envoy");
                ChildJvm notExecutable = run(free.get(4), free.get(5), files.folder(), "--envoy", plain.toString())) {
            assertRefused(other, "gatehouse: Envoy /bin/false: '--version' answered");
            assertRefused(missing, "gatehouse: Envoy /no/such/envoy: no such file");
            assertRefused(notExecutable, "gatehouse: Envoy " + plain + ": not executable");
        }
    }

    @Test
    void aListenerWaitsWhileItsEnvoyWaitsForACertificateFromAServerThatIsAway() throws Exception {
        List<Integer> free = FreePorts.some(3);
        Path waiting = Files.createDirectories(folder.resolve("waiting"));
        Files.writeString(waiting.resolve("all.yaml"), """
                apiVersion: v1
                kind: Secret
                metadata: {name: sds-cert}
                type: gateway.envoyproxy.io/sds
                stringData: {url: "unix://%s", secretName: default}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  gatewayClassName: gatehouse
                  listeners:
                    - name: https
                      protocol: HTTPS
                      port: %d
                      tls: {mode: Terminate, certificateRefs: [{name: sds-cert}]}
                """.formatted(folder.resolve("away.sock"), free.get(2)));
        try (ChildJvm child =
                run(free.get(0), free.get(1), waiting, "-Dgatehouse.controller.extension-apis.sds-secret-ref=true")) {
            Await.until(
                    () -> askAt(free.get(1), "status").out().contains("waiting: its Envoy waits for its configuration"),
                    SOON,
                    child::output);
        }
    }

    @Test
    void aFileThatIsNotThereIsOneClearMessage() throws Exception {
        List<Integer> free = FreePorts.some(2);
        try (ChildJvm child = run(free.get(0), free.get(1), Path.of("/no/such/gateway.yaml"))) {
            assertRefused(child, "gatehouse: /no/such/gateway.yaml is not there");
        }
    }

    @Test
    void aSettingThatIsWrongIsOneClearMessage() throws Exception {
        List<Integer> free = FreePorts.some(2);
        try (ChildJvm child = run(
                free.get(0),
                free.get(1),
                ChildJvm.repository().resolve("examples/quickstart"),
                "-Dgatehouse.controller.dynamic-resolver.refuses=10.0.0.0/8,here")) {
            assertRefused(
                    child,
                    "gatehouse: gatehouse.controller.dynamic-resolver.refuses: \"here\" is no range of addresses");
        }
    }

    private static void assertRefused(ChildJvm child, String message) throws InterruptedException {
        assertThat(child.exit(SOON)).as(child.output()).isEqualTo(1);
        assertThat(child.lines()).singleElement().asString().startsWith(message);
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void requestsUnderWayAreAnsweredBeforeItEnds() throws Exception {
        List<ProcessHandle> children =
                ProcessHandle.of(gatehouse.pid()).orElseThrow().descendants().toList();
        CompletableFuture<HttpResponse<String>> slow =
                web.http().sendAsync(request("/httpbin/delay/2"), BodyHandlers.ofString());
        // Its headers come at once: when they are there, the request that was sent earlier is under way too.
        HttpResponse<InputStream> drip =
                web.http().send(request("/httpbin/drip?numbytes=4&duration=1&delay=0"), BodyHandlers.ofInputStream());
        gatehouse.terminate();
        assertThat(drip.body().readAllBytes()).hasSize(4);
        assertThat(slow.get().statusCode()).isEqualTo(200);
        assertThat(gatehouse.exit(SOON)).isIn(0, 143);
        Await.until(() -> children.stream().noneMatch(ProcessHandle::isAlive), SOON, () -> "still there: " + children);
        assertThat(gatehouse.output()).doesNotContain("Exception");
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(SOON)
                .build();
    }
}
