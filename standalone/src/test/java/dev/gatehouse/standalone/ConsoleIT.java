package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.Chromium;
import dev.gatehouse.standalone.process.ExampleFiles;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console of a running instance, with the real Envoy and a real browser. {@code -Dconsole.pictures=FOLDER} writes the pictures of
 * docs/console.md there.
 */
// The waits are bounded by themselves; this ends a test that hangs.
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ConsoleIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final List<String> PAGES = List.of(
            "",
            "gateways",
            "routes",
            "routes/HTTPRoute/protect/api",
            "policies",
            "policies/BackendTrafficPolicy/protect/five-a-minute",
            "proxies",
            "requests",
            "problems",
            "explain",
            "nothing");

    private final WebClient web = new WebClient();

    @SuppressWarnings("NullAway.Init")
    private ExampleFiles files;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    private int port;
    private int adminPort;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        List<Integer> free = FreePorts.some(4);
        port = free.get(0);
        adminPort = free.get(1);
        files = ExampleFiles.copy("protect", folder)
                .listenerPorts("gateway.yaml", port)
                .endpointPorts("backend.yaml", free.get(3));
        gatehouse = ChildJvm.start(
                "standalone",
                Map.of(),
                "-Dgatehouse.home=" + ChildJvm.repository(),
                "run",
                files.folder().toString(),
                "--grpc-port",
                Integer.toString(free.get(2)),
                "--admin-port",
                Integer.toString(adminPort),
                "--envoy",
                RealEnvoy.binary().path().toString());
        gatehouse.awaitLine(line -> line.startsWith("Ctrl-C"));
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        web.close();
    }

    private String page(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = web.get(adminPort, "/console/" + path);
        assertThat(answer.statusCode()).as(path).isEqualTo(path.equals("nothing") ? 404 : 200);
        return answer.body();
    }

    private JsonObject live() throws IOException, InterruptedException {
        return new JsonObject(page("live.json"));
    }

    private void traffic() throws IOException, InterruptedException {
        web.get(port, "/open");
        web.get(port, "/open?q=%3Cscript%3Ealert(1)%3C/script%3E&password=s3cret");
        web.get(port, "/open?q=<script>alert(1)</script>".replace("<", "%3C").replace(">", "%3E"));
        web.get(port, "/keys");
        web.get(port, "/login");
        for (int i = 0; i < 6; i++) {
            web.get(port, "/limited", "X-User", "<b>ann");
        }
    }

    @Test
    @Order(1)
    void itSaysWhatRuns() throws Exception {
        assertThat(gatehouse.output()).contains("http://localhost:" + adminPort + "/console/");
        assertThat(page(""))
                .contains("Gateways", "Nothing is wrong that Gatehouse knows of.")
                .contains("standalone, " + files.folder().getFileName());
        assertThat(page("gateways"))
                .contains("protect/front", "http://localhost:" + port, "Programmed: True")
                .contains("<td data-label=\"Routes\">1</td>");
        assertThat(page("routes")).contains("protect/api", "/console/routes/HTTPRoute/protect/api");
        assertThat(page("routes/HTTPRoute/protect/api"))
                .contains("path prefix /limited", "Service protect/app:", "rewrites the URL, path prefix /anything")
                .contains("BackendTrafficPolicy protect/five-a-minute", "WAFPolicy protect/own-rules");
        assertThat(page("policies/BackendTrafficPolicy/protect/five-a-minute"))
                .contains("HTTPRoute protect/api, section “limited”", "rateLimit.global.rules");
        assertThat(page("proxies"))
                .contains("standalone/protect/front", "up to date (", "gatehouse/waf")
                .doesNotContain("refuses something");
    }

    @Test
    @Order(2)
    void thePlotsShowTheTrafficOfTheProxies() throws Exception {
        page("live.json");
        Await.until(
                () -> {
                    web.get(port, "/open");
                    web.get(port, "/keys");
                    JsonArray points = live().getJsonArray("points");
                    return points.stream()
                            .map(JsonArray.class::cast)
                            .anyMatch(point ->
                                    point.getDouble(1) > 0 && point.getDouble(2) > 0 && point.getValue(4) != null);
                },
                SOON,
                () -> "no point has requests");
        assertThat(live().getJsonArray("fleets")).containsExactly("protect/front");
    }

    @Test
    @Order(3)
    void refusedRequestsComeFromTheAccessLog() throws Exception {
        traffic();
        Await.until(
                () -> {
                    String all = page("requests");
                    return all.contains("kind blocked") && all.contains("kind limited") && all.contains("kind denied");
                },
                SOON,
                () -> "a kind of refusal is missing");
        assertThat(page("requests?kind=blocked"))
                .contains("/open?…", "WAFPolicy protect/own-rules", "HTTPRoute protect/api, rule 3")
                .doesNotContain("kind denied", "s3cret", "<script>alert");
        assertThat(page("requests?kind=limited")).contains("over 5/minute of httproute/protect/api/rule/0");
        assertThat(page("requests?kind=denied")).contains("ext_authz_denied", "/keys", "/login");
    }

    @Test
    @Order(4)
    void explainIsAForm() throws Exception {
        String answer = page("explain?method=GET&url=http%3A%2F%2Flocalhost%3A" + port + "%2Fkeys&headers=x-a%3A%20b");
        assertThat(answer)
                .contains(
                        "HTTPRoute protect/api, rule 1 “keys”",
                        "SecurityPolicy protect/api-keys",
                        "refused by apiKeyAuth")
                .doesNotContain("alices-key", "bobs-key");
        HttpResponse<String> wrong = web.get(adminPort, "/console/explain?url=%3Cb%3E");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).contains("role=\"alert\"").doesNotContain("<b>");
    }

    @Test
    @Order(5)
    void whoMayNotSeeItDoesNot() throws Exception {
        assertThat(raw("GET /console/ HTTP/1.1\r\nHost: rebound.example:" + adminPort))
                .startsWith("HTTP/1.1 403");
        assertThat(raw("GET /console/live.json HTTP/1.1\r\nHost: 127.0.0.1.nip.example"))
                .startsWith("HTTP/1.1 403");
        for (String path : List.of(
                "status",
                "envoys",
                "envoys/admin?fleet=x&path=/stats",
                "logs",
                "xds/subscribers",
                "xds/resources",
                "explain?url=http://a/")) {
            assertThat(raw("GET /gatehouse/" + path + " HTTP/1.1\r\nHost: rebound.example:" + adminPort))
                    .startsWith("HTTP/1.1 403");
        }
        assertThat(raw("GET /gatehouse/xds/resources HTTP/1.1\r\nHost: localhost"))
                .startsWith("HTTP/1.1 200");
        assertThat(raw("GET /gatehouse/proxies HTTP/1.1\r\nHost: prometheus.example"))
                .startsWith("HTTP/1.1 200");
        assertThat(raw("GET /console/ HTTP/1.1\r\nHost: [::1]:" + adminPort)).startsWith("HTTP/1.1 200");
        assertThat(raw("GET /console/ HTTP/1.1\r\nHost: localhost")).startsWith("HTTP/1.1 200");
        assertThat(raw("GET /console HTTP/1.1\r\nHost: localhost"))
                .startsWith("HTTP/1.1 308")
                .containsIgnoringCase("location: /console/");
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "TRACE")) {
            assertThat(raw(method + " /console/routes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0"))
                    .as(method)
                    .startsWith("HTTP/1.1 405")
                    .containsIgnoringCase("allow: GET, HEAD");
        }
        String head = raw("HEAD /console/routes HTTP/1.1\r\nHost: localhost");
        assertThat(head).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
    }

    @Test
    @Order(6)
    void everyAnswerHasTheHeadersThatKeepItToItself() throws Exception {
        for (String path :
                List.of("", "console.css", "console.js", "icon.svg", "live.json", "nothing", "explain?url=%20x")) {
            HttpResponse<String> answer = web.get(adminPort, "/console/" + path);
            Map<String, List<String>> headers = answer.headers().map();
            assertThat(headers.get("content-security-policy"))
                    .as(path)
                    .singleElement()
                    .satisfies(policy -> assertThat(policy)
                            .contains(
                                    "default-src 'none'",
                                    "frame-ancestors 'none'",
                                    "base-uri 'none'",
                                    "form-action 'self'")
                            .doesNotContain("unsafe", "*", "data:"));
            assertThat(headers).containsEntry("x-content-type-options", List.of("nosniff"));
            assertThat(headers).containsEntry("x-frame-options", List.of("DENY"));
            assertThat(headers).containsEntry("referrer-policy", List.of("no-referrer"));
            assertThat(headers).containsEntry("cache-control", List.of("no-store"));
            assertThat(headers).doesNotContainKey("access-control-allow-origin");
        }
    }

    /** The answer to a request that no client would send. */
    private String raw(String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), adminPort)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((head + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    @Order(7)
    void aBrowserHasNothingToComplainOf() throws Exception {
        try (Chromium browser = Chromium.start()) {
            for (int width : List.of(1280, 390)) {
                browser.show(width, 900, width == 390);
                for (String path : PAGES) {
                    browser.open("http://127.0.0.1:" + adminPort + "/console/" + path);
                    assertThat(browser.complaints())
                            .as(path)
                            .allMatch(each -> path.equals("nothing") && each.contains("404"));
                    assertThat(browser.evaluate("document.documentElement.scrollWidth"))
                            .as("width of " + path + " at " + width)
                            .isEqualTo(width);
                }
            }
            browser.show(1280, 900, false);
            browser.open("http://127.0.0.1:" + adminPort + "/console/");
            Await.until(
                    () -> browser.evaluate("document.querySelectorAll('#plots svg path').length")
                            .equals(6),
                    SOON,
                    () -> "the plots have no lines");
            assertThat(String.valueOf(browser.evaluate("document.querySelector('#plots .legend').textContent")))
                    .contains("requests/s");
            browser.tab();
            assertThat(browser.evaluate("document.activeElement.textContent")).isEqualTo("Skip to the content");
            assertThat(browser.evaluate("document.activeElement.getBoundingClientRect().left >= 0"))
                    .isEqualTo(true);
            browser.tab();
            assertThat(String.valueOf(browser.evaluate("document.activeElement.textContent")))
                    .contains("Gatehouse");
            browser.tab();
            assertThat(browser.evaluate("document.activeElement.textContent")).isEqualTo("Overview");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    @Order(8)
    void aProblemIsShownWithItsFileAndLine() throws Exception {
        Path routes = files.folder().resolve("routes.yaml");
        String good = Files.readString(routes);
        Files.writeString(routes, good.replaceFirst("PathPrefix", "Prefix"));
        try {
            Await.until(() -> page("problems").contains("routes.yaml:"), SOON, () -> "the problem is not shown");
            assertThat(page("problems"))
                    .containsPattern("routes\\.yaml:\\d+:\\d+")
                    .contains(
                            "&quot;Prefix&quot; is not known",
                            "HTTPRoute protect/api",
                            "its last good version is served");
            assertThat(page("")).contains("All 2");
        } finally {
            Files.writeString(routes, good);
        }
        Await.until(() -> page("problems").contains("Nothing is wrong"), SOON, () -> "the problem stays");
    }

    @Test
    @Order(9)
    void aThousandRoutesAreSmallPages() throws Exception {
        Files.writeString(
                files.folder().resolve("many.yaml"),
                IntStream.range(0, 1000).mapToObj(i -> """
                                apiVersion: gateway.networking.k8s.io/v1
                                kind: HTTPRoute
                                metadata: {name: r%1$04d, namespace: protect}
                                spec:
                                  parentRefs: [{name: front}]
                                  hostnames: [r%1$d.shop.example]
                                  rules: [{backendRefs: [{name: app, port: 8000}]}]
                                """.formatted(i)).collect(Collectors.joining("---\n")));
        Await.until(() -> page("routes").contains("of 1001"), SOON, () -> "the routes are not there");
        for (String path : List.of("", "gateways", "routes", "routes?page=20", "routes?q=r77", "problems")) {
            assertThat(page(path).length()).as(path).isLessThan(100_000);
        }
        pictures();
    }

    private void pictures() throws Exception {
        String folder = System.getProperty("console.pictures", "");
        if (folder.isEmpty()) {
            return;
        }
        Path to = Files.createDirectories(Path.of(folder));
        try (Chromium browser = Chromium.start()) {
            for (int width : List.of(1280, 390)) {
                for (boolean dark : List.of(false, true)) {
                    browser.show(width, width == 390 ? 844 : 800, dark);
                    for (Map.Entry<String, String> each : Map.of(
                                    "overview", "",
                                    "routes", "routes",
                                    "route", "routes/HTTPRoute/protect/api",
                                    "requests", "requests",
                                    "proxies", "proxies",
                                    "gateways", "gateways",
                                    "policy", "policies/BackendTrafficPolicy/protect/five-a-minute",
                                    "explain", "explain?url=http%3A%2F%2Flocalhost%3A" + port + "%2Fkeys")
                            .entrySet()) {
                        browser.open("http://127.0.0.1:" + adminPort + "/console/" + each.getValue());
                        if (each.getKey().equals("overview")) {
                            Await.until(
                                    () -> {
                                        traffic();
                                        return browser.evaluate("document.querySelectorAll('#plots svg path').length")
                                                .equals(6);
                                    },
                                    SOON,
                                    () -> "the plots have no lines");
                        }
                        Files.write(
                                to.resolve(each.getKey() + "-" + width + (dark ? "-dark" : "") + ".png"),
                                browser.picture());
                    }
                }
            }
        }
    }
}
