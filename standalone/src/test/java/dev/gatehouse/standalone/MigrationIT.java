package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests through a real Envoy, by what {@code gatehouse import ingress-nginx} makes of {@code examples/migration}: nginx's semantics hold. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MigrationIT {
    private static final Path EXAMPLE = ChildJvm.repository().resolve("examples/migration");

    /** An Ingress with an authorization server, which lets every request pass, and names a user where it is asked to. */
    private static final String ASKED = """
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: asked
              namespace: shop
              annotations:
                nginx.ingress.kubernetes.io/auth-url: http://shop-next.shop.svc.cluster.local:8080/check
                nginx.ingress.kubernetes.io/auth-response-headers: X-User
            spec:
              ingressClassName: nginx
              rules:
              - host: asked.example.com
                http:
                  paths:
                  - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 8080}}}}
            """;

    private final List<Integer> ports = FreePorts.some(4);
    private final List<HttpServer> backends = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @SuppressWarnings("NullAway.Init")
    private Path certificate;

    private record Answer(int status, String text) {
        String header(String name) {
            return text.lines()
                    .takeWhile(line -> !line.isBlank())
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path objects = Files.createDirectory(folder.resolve("objects"));
        Path asked = Files.writeString(folder.resolve("asked.yaml"), ASKED);
        String made = imported(
                EXAMPLE.resolve("ingresses.txt").toString(),
                asked.toString(),
                EXAMPLE.resolve("services.yaml").toString(),
                "--namespace",
                "shop");
        Files.writeString(
                objects.resolve("gatehouse.yaml"),
                made.replace("    port: 80\n", "    port: " + ports.get(2) + "\n")
                        .replace("    port: 443\n", "    port: " + ports.get(3) + "\n"));
        Files.writeString(
                objects.resolve("services.yaml"),
                Files.readString(EXAMPLE.resolve("services.yaml"))
                        .replace("  annotations: {gatehouse.dev/run: httpbin}\n", "")
                        .replace("port: 8001", "port: " + backend("shop"))
                        .replace("port: 8002", "port: " + backend("shop-next")));
        Files.copy(EXAMPLE.resolve("certificate.yaml"), objects.resolve("certificate.yaml"));
        certificate = Files.writeString(
                folder.resolve("certificate.pem"),
                Files.readString(EXAMPLE.resolve("certificate.yaml"))
                        .lines()
                        .map(String::strip)
                        .dropWhile(line -> !line.startsWith("-----BEGIN CERTIFICATE"))
                        .takeWhile(line -> !line.startsWith("tls.key"))
                        .reduce("", (text, line) -> text + line + "\n"));
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), objects);
        Await.orSilent(this::serves, () -> gatehouse.lines().size(), () -> gatehouse.output());
    }

    /** A server that answers with its name, the URI that it got, and the headers. */
    private int backend(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestURI().getPath().equals("/slow")) {
                slow();
            }
            if ("named".equals(exchange.getRequestHeaders().getFirst("Referer"))) {
                exchange.getResponseHeaders().set("X-User", "alice");
            }
            byte[] seen = ("backend " + name + " got " + exchange.getRequestURI() + "\n"
                            + exchange.getRequestHeaders().entrySet())
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, seen.length);
            exchange.getResponseBody().write(seen);
            exchange.close();
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        backends.add(server);
        return server.getAddress().getPort();
    }

    /** Waits longer than Envoy has a route wait unless it is told otherwise. */
    private static void slow() {
        try {
            Thread.sleep(Duration.ofSeconds(16));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String imported(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(List.of("import", "ingress-nginx"));
        all.addAll(List.of(arguments));
        int code = Gatehouse.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
        assertThat(code).as(err.toString()).isZero();
        return out.toString();
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        backends.forEach(server -> server.stop(0));
    }

    private boolean serves() {
        try {
            return get("cart.example.com", "/").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private Answer get(String host, String path, String... headers) throws IOException {
        return send("GET", host, path, "", headers);
    }

    private Answer send(String method, String host, String path, String body, String... headers) throws IOException {
        StringBuilder request =
                new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        if (!body.isEmpty()) {
            request.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        request.append("\r\n").append(body);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports.get(2))) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.US_ASCII));
            return answer(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Answer answer(String text) {
        return new Answer(text.startsWith("HTTP/") ? Integer.parseInt(text.substring(9, 12)) : 0, text);
    }

    private Answer tls(String path, String... headers) throws Exception {
        return answer(WebClient.https(ports.get(3), "shop.example.com", path, certificate, headers));
    }

    @Test
    void aHostWithTlsIsRedirectedToIt() throws Exception {
        Answer plain = get("shop.example.com", "/cart?item=1");
        assertThat(plain.status()).isEqualTo(308);
        assertThat(plain.header("location")).isEqualTo("https://shop.example.com/cart?item=1");
        Answer secure = tls("/cart?item=1");
        assertThat(secure.status()).as(secure.text()).isEqualTo(200);
        assertThat(secure.text()).contains("backend shop got /cart?item=1");
        assertThat(secure.header("x-frame-options")).isEqualTo("DENY");
        assertThat(secure.header("strict-transport-security")).isEqualTo("max-age=31536000; includeSubDomains");
    }

    @Test
    void theRootIsTheApplicationsRoot() throws Exception {
        Answer root = tls("/");
        assertThat(root.status()).isEqualTo(302);
        assertThat(root.header("location")).endsWith("/home");
    }

    @Test
    void capturesOfAPathAreRewritten() throws Exception {
        assertThat(get("api.example.com", "/api/orders/1?a=b").text())
                .contains("got /orders/1?a=b")
                .contains("X-forwarded-prefix=[/api]");
        assertThat(get("api.example.com", "/api").text()).contains("backend shop got /\n");
        assertThat(get("api.example.com", "/apis").status())
                .as("neither a slash nor the end follows")
                .isEqualTo(404);
    }

    @Test
    void lettersHaveNoCaseOnAHostWithARegularExpression() throws Exception {
        assertThat(get("api.example.com", "/API/Orders").text()).contains("got /Orders\n");
        assertThat(get("api.example.com", "/pICTURES/a").text()).contains("got /pICTURES/a\n");
        assertThat(get("api.example.com", "/picturesque").status())
                .as("a prefix is one of characters there")
                .isEqualTo(200);
        assertThat(get("api.example.com", "/x/pictures").status()).isEqualTo(404);
        assertThat(tls("/STATUS").text()).as("elsewhere letters have a case").contains("got /STATUS");
    }

    @Test
    void aLimitCountsTheRequestsOfAnAddress() throws Exception {
        int refused = 0;
        for (int i = 0; i < 30; i++) {
            refused += get("search.example.com", "/").status() == 429 ? 1 : 0;
        }
        assertThat(refused).isBetween(1, 25);
    }

    @Test
    void aCanaryIsChosenByHeaderThenByCookieThenByWeight() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(get("cart.example.com", "/", "X-Canary", "always").text())
                    .contains("backend shop-next");
            assertThat(get("cart.example.com", "/", "X-Canary", "never", "Cookie", "canary=always")
                            .text())
                    .contains("backend shop got");
            assertThat(get("cart.example.com", "/", "Cookie", "a=b; canary=always; c=d")
                            .text())
                    .contains("backend shop-next");
            assertThat(get("cart.example.com", "/", "Cookie", "canary=never").text())
                    .contains("backend shop got");
        }
        int canary = 0;
        for (int i = 0; i < 300; i++) {
            canary += get("cart.example.com", "/", "X-Canary", "maybe", "Cookie", "xcanary=always")
                            .text()
                            .contains("backend shop-next")
                    ? 1
                    : 0;
        }
        assertThat(canary).as("30 of 100").isBetween(50, 130);
    }

    @Test
    void passwordsAreAskedFor() throws Exception {
        assertThat(get("staff.example.com", "/").status()).isEqualTo(401);
        assertThat(get("staff.example.com", "/", "Authorization", basic("alice:wrong"))
                        .status())
                .isEqualTo(401);
        assertThat(get("staff.example.com", "/", "Authorization", basic("alice:correct horse"))
                        .status())
                .isEqualTo(200);
    }

    private static String basic(String text) {
        return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aResponseMayTakeLongerThanEnvoysOwnLimit() throws Exception {
        assertThat(get("asked.example.com", "/slow").text()).contains("backend shop got /slow");
    }

    @Test
    void anAuthorizationServerIsToldTheWholeUrlOfTheRequest() throws Exception {
        assertThat(get("asked.example.com", "/cart?item=1", "X-Original-URL", "https://forged/")
                        .text())
                .contains("backend shop got /cart?item=1")
                .contains("X-original-url=[http://asked.example.com/cart?item=1]");
        assertThat(tls("/cart?item=1").text()).contains("X-original-url=[https://shop.example.com");
    }

    @Test
    void onlyTheAuthorizationServerSaysWhoTheUserIs() throws Exception {
        assertThat(get("asked.example.com", "/", "Referer", "named").text()).contains("X-user=[alice]");
        assertThat(get("asked.example.com", "/").text())
                .contains("backend shop got /")
                .doesNotContain("X-user");
        for (String forged : List.of("X-User", "x-user", "X-USER")) {
            Answer answer = get("asked.example.com", "/cart", forged, "admin");
            assertThat(answer.status()).as(answer.text()).isEqualTo(403);
        }
        assertThat(get("asked.example.com", "/", "X-User", "").status()).isEqualTo(403);
        assertThat(get("cart.example.com", "/", "X-User", "any").text())
                .as("other routes take the header")
                .contains("X-user=[any]");
    }

    @Test
    void addressesOutsideOfTheRangeAreRefused() throws Exception {
        assertThat(get("office.example.com", "/").status()).isEqualTo(403);
        assertThat(get("office.example.com", "/", "X-Forwarded-For", "192.0.2.7")
                        .status())
                .as("what a client says of itself")
                .isEqualTo(403);
    }

    @Test
    void aRedirectGoesWhereItSays() throws Exception {
        Answer moved = get("old.example.com", "/any/path?x=1");
        assertThat(moved.status()).isEqualTo(301);
        assertThat(moved.header("location")).isEqualTo("https://shop.example.com/new?from=old");
        Answer www = get("www.old.example.com", "/any?x=1");
        assertThat(www.status()).isEqualTo(308);
        assertThat(www.header("location")).contains("//old.example.com").endsWith("/any?x=1");
    }

    @Test
    void pagesOfAnotherOriginAreToldWhatTheyMay() throws Exception {
        String allowed = corsOrigin("https://app.example.com");
        assertThat(allowed).isEqualTo("https://app.example.com");
        assertThat(corsOrigin("https://evil.example.com")).isEmpty();
    }

    private String corsOrigin(String origin) throws Exception {
        return tls("/home", "Origin: " + origin).header("access-control-allow-origin");
    }
}
