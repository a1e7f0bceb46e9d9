package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.OpenIdProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of every kind, with and without a session, through a real Envoy. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SignOnClientsIT {
    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: plain, protocol: HTTP, port: ${plain}}
              - {name: cors, protocol: HTTP, port: ${cors}}
              - {name: two, protocol: HTTP, port: ${two}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: ClientTrafficPolicy
            metadata: {name: old, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
              http1: {http10: {}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: app, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${app}}}]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: client, namespace: default}
            stringData: {client-secret: "${secret}"}
            """;

    private static final String APPLICATION = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: ${listener}}]
              rules:
              - matches: [{path: {value: "${path}"}}]
                backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
              oidc:
                provider: {issuer: "${issuer}"}
                clientID: gatehouse
                clientSecret: {name: client}
            """;

    private final List<Integer> ports = FreePorts.some(5);
    private final OpenIdProvider provider = new OpenIdProvider(InstantSource.system());
    private final OpenIdProvider second = new OpenIdProvider(InstantSource.system());
    private final Vertx vertx = Vertx.vertx();
    private final ConcurrentLinkedQueue<HttpServerResponse> streams = new ConcurrentLinkedQueue<>();

    @SuppressWarnings("NullAway.Init")
    private HttpServer app;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        app = vertx.createHttpServer(
                        new HttpServerOptions().setMaxHeaderSize(65_536).setMaxInitialLineLength(65_536))
                .webSocketHandler(socket -> socket.textMessageHandler(text -> socket.writeTextMessage("echo " + text)))
                .requestHandler(this::serve);
        await(app.listen(0, "127.0.0.1"));
        String objects = OBJECTS + application("plain", "plain", "/", provider)
                + application("cors", "cors", "/", provider) + """
                  cors: {allowOrigins: ["https://pages.example"], allowMethods: [GET], allowCredentials: true}
                """ + application("first", "two", "/first", provider)
                + application("second", "two", "/second", second);
        Files.writeString(
                Files.createDirectory(folder.resolve("objects")).resolve("all.yaml"),
                objects.replace("${plain}", Integer.toString(ports.get(2)))
                        .replace("${cors}", Integer.toString(ports.get(3)))
                        .replace("${two}", Integer.toString(ports.get(4)))
                        .replace("${app}", Integer.toString(app.actualPort()))
                        .replace("${secret}", OpenIdProvider.SECRET));
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), folder.resolve("objects"));
        Await.orSilent(this::serves, () -> gatehouse.lines().size(), () -> gatehouse.output());
    }

    private static String application(String name, String listener, String path, OpenIdProvider provider) {
        return APPLICATION
                .replace("${name}", name)
                .replace("${listener}", listener)
                .replace("${path}", path)
                .replace("${issuer}", provider.issuer());
    }

    private void serve(HttpServerRequest request) {
        if (request.path().equals("/events")) {
            HttpServerResponse stream =
                    request.response().setChunked(true).putHeader("content-type", "text/event-stream");
            stream.write("data: first\n\n");
            streams.add(stream);
            return;
        }
        request.body()
                .onSuccess(body -> request.response()
                        .end(request.method() + " " + request.uri() + "\n"
                                + request.headers().entries().stream()
                                        .map(header -> header.getKey() + ": " + header.getValue())
                                        .sorted()
                                        .collect(Collectors.joining("\n"))
                                + "\n\n" + body));
    }

    private boolean serves() throws Exception {
        try {
            return browser().get("/").statusCode() == 302
                    && new SignOnBrowser(ports.get(3)).get("/").statusCode() == 302
                    && new SignOnBrowser(ports.get(4)).get("/second").statusCode() == 302;
        } catch (ConnectException e) {
            return false;
        }
    }

    @AfterAll
    void stop() throws Exception {
        if (gatehouse != null) {
            gatehouse.close();
        }
        await(vertx.close());
        provider.close();
        second.close();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private SignOnBrowser browser() {
        return new SignOnBrowser(ports.get(2));
    }

    private SignOnBrowser signedOn() throws Exception {
        SignOnBrowser browser = browser();
        assertThat(browser.signOn("/").statusCode()).isEqualTo(200);
        return browser;
    }

    private static String cookies(SignOnBrowser browser) {
        return browser.cookies.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
    }

    /** The whole answer to a request that is sent as it is, with "\r\n" for line ends; the server closes the connection. */
    private String raw(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private String raw(String request) throws IOException {
        return raw(ports.get(2), request);
    }

    /** As browsers ask by a script, a frame, a worker. */
    private HttpResponse<String> fetch(String path, String... headers) throws Exception {
        return browser().get(path, headers);
    }

    // Methods

    @Test
    void headIsLedToTheProviderAndWithASessionToTheBackend() throws Exception {
        assertThat(raw("HEAD / HTTP/1.1\nHost: a.example\nAccept: text/html\nConnection: close\n\n"))
                .startsWith("HTTP/1.1 302")
                .contains(provider.issuer());
        assertThat(raw("HEAD / HTTP/1.1\nHost: a.example\nCookie: " + cookies(signedOn()) + "\nConnection: close\n\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void aPreflightPassesAndAnotherQuestionAboutOptionsDoesNot() throws Exception {
        String preflight = "OPTIONS /x HTTP/1.1\nHost: a.example\nOrigin: https://pages.example\n"
                + "Access-Control-Request-Method: GET\nConnection: close\n\n";
        assertThat(raw(preflight))
                .as("the backend answers")
                .startsWith("HTTP/1.1 200")
                .contains("OPTIONS /x");
        assertThat(raw(ports.get(3), preflight))
                .as("the policy answers")
                .startsWith("HTTP/1.1 200")
                .contains("access-control-allow-origin: https://pages.example")
                .doesNotContain("OPTIONS /x");
        assertThat(raw("OPTIONS /x HTTP/1.1\nHost: a.example\nOrigin: https://pages.example\nConnection: close\n\n"))
                .startsWith("HTTP/1.1 401");
        assertThat(raw("OPTIONS * HTTP/1.1\nHost: a.example\nConnection: close\n\n"))
                .doesNotContain("HTTP/1.1 200");
    }

    @Test
    void aScriptOfAnotherOriginCanReadThatItIsRefused() throws Exception {
        assertThat(
                        raw(
                                ports.get(3),
                                "GET /x HTTP/1.1\nHost: a.example\nOrigin: https://pages.example\nSec-Fetch-Mode: cors\nConnection: close\n\n"))
                .startsWith("HTTP/1.1 401")
                .contains("access-control-allow-origin: https://pages.example")
                .contains("login_required");
    }

    @Test
    void aPostWithoutASessionIsToldThatNothingWasReceived() throws Exception {
        String form =
                "POST /order HTTP/1.1\nHost: a.example\nAccept: text/html\nContent-Type: application/x-www-form-urlencoded\n"
                        + "Content-Length: 3\nConnection: close\n\na=b";
        assertThat(raw(form)).startsWith("HTTP/1.1 401").contains("what you sent was not received");
        assertThat(raw(form.replace("Accept: text/html", "Accept: application/json")))
                .startsWith("HTTP/1.1 401")
                .contains("login_required");
        assertThat(raw(form.replace("Accept: text/html", "Accept: text/html\nCookie: " + cookies(signedOn()))))
                .startsWith("HTTP/1.1 200")
                .contains("\n\na=b");
    }

    @Test
    void aBodyInChunksAndOneThatWaitsToBeAskedForArriveWithASessionAlone() throws Exception {
        String chunks =
                "POST /x HTTP/1.1\nHost: a.example\n${cookie}Transfer-Encoding: chunked\nConnection: close\n\n3\nabc\n4\ndefg\n0\n\n";
        assertThat(raw(chunks.replace("${cookie}", ""))).startsWith("HTTP/1.1 401");
        String cookie = "Cookie: " + cookies(signedOn()) + "\n";
        assertThat(raw(chunks.replace("${cookie}", cookie)))
                .startsWith("HTTP/1.1 200")
                .contains("abcdefg");
        String waits =
                "POST /x HTTP/1.1\nHost: a.example\n${cookie}Expect: 100-continue\nContent-Length: 3\nConnection: close\n\nabc";
        assertThat(raw(waits.replace("${cookie}", ""))).contains("HTTP/1.1 401").doesNotContain("HTTP/1.1 200");
        assertThat(raw(waits.replace("${cookie}", cookie)))
                .contains("HTTP/1.1 200")
                .contains("abc");
    }

    // Protocols

    @Test
    void aClientOfHttp10IsLedToTheProviderAndBack() throws Exception {
        assertThat(raw("GET /old HTTP/1.0\nHost: a.example\n\n"))
                .contains(" 302 ")
                .contains(provider.issuer());
        assertThat(raw("GET /old HTTP/1.0\nHost: a.example\nCookie: " + cookies(signedOn()) + "\n\n"))
                .contains(" 200 ")
                .contains("GET /old");
    }

    @Test
    void aWholeAddressAsTargetIsReadAsItsPath() throws Exception {
        String answer = raw(
                "GET http://a.example/page?x=1 HTTP/1.1\nHost: other.example\nAccept: text/html\nConnection: close\n\n");
        assertThat(answer).startsWith("HTTP/1.1 302");
        assertThat(redirectUri(answer)).isEqualTo("http://a.example/oauth2/callback");
        assertThat(raw("GET http://a.example/page?x=1 HTTP/1.1\nHost: other.example\nCookie: " + cookies(signedOn())
                        + "\nConnection: close\n\n"))
                .startsWith("HTTP/1.1 200")
                .contains("GET /page?x=1");
    }

    private static String redirectUri(String answer) {
        String location = answer.lines()
                .filter(line -> line.startsWith("location: "))
                .findFirst()
                .orElseThrow();
        String parameters = location.substring(location.indexOf('?') + 1).strip();
        return OpenIdProvider.parameters(parameters).getOrDefault("redirect_uri", "");
    }

    @ParameterizedTest
    @CsvSource({
        "a.example:8443,a.example:8443",
        "[::1]:8080,[::1]:8080",
        "[2001:db8::1],[2001:db8::1]",
        "127.0.0.1,127.0.0.1",
        "a.example.,a.example.",
        "A.Example,A.Example"
    })
    void theProviderSendsUsersBackToTheHostThatTheyUse(String host, String back) throws Exception {
        String answer = raw("GET /page HTTP/1.1\nHost: " + host + "\nAccept: text/html\nConnection: close\n\n");
        assertThat(answer).as(answer).startsWith("HTTP/1.1 302");
        assertThat(redirectUri(answer)).isEqualTo("http://" + back + "/oauth2/callback");
    }

    @Test
    void http2AndGrpcAreServedAsHttp11Is() throws Exception {
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        SignOnBrowser browser = signedOn();
        record Got(int status, String grpcStatus, String body) {}
        BiFunction<String, Map<String, String>, Future<Got>> ask =
                (path, headers) -> client.request(HttpMethod.POST, ports.get(2), "127.0.0.1", path)
                        .compose(request -> {
                            headers.forEach(request::putHeader);
                            return request.send();
                        })
                        .compose(response -> response.body()
                                .map(body -> new Got(
                                        response.statusCode(),
                                        String.valueOf(response.getHeader("grpc-status")),
                                        body.toString())));
        assertThat(await(ask.apply("/shop.Cart/Get", Map.of("content-type", "application/grpc", "te", "trailers"))))
                .isEqualTo(new Got(200, "16", ""));
        assertThat(await(ask.apply(
                                "/shop.Cart/Get",
                                Map.of(
                                        "content-type",
                                        "application/grpc",
                                        "te",
                                        "trailers",
                                        "cookie",
                                        cookies(browser))))
                        .body())
                .contains("POST /shop.Cart/Get")
                .doesNotContain("__Host-gh");
        assertThat(await(ask.apply("/", Map.of("accept", "application/json"))).status())
                .isEqualTo(401);
    }

    @Test
    void aWebSocketNeedsASessionToBeginAndStaysOpenWhenThatEnds() throws Exception {
        SignOnBrowser browser = signedOn();
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(ports.get(2))
                .setURI("/socket");
        var client = vertx.createWebSocketClient();
        assertThat(client.connect(options).toCompletionStage().toCompletableFuture())
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableThat()
                .withMessageContaining("401");
        WebSocket socket = await(client.connect(options.addHeader("cookie", cookies(browser))));
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        socket.textMessageHandler(heard::add);
        await(socket.writeTextMessage("one"));
        assertThat(heard.poll(60, TimeUnit.SECONDS)).isEqualTo("echo one");
        assertThat(browser.get("/logout").statusCode()).isEqualTo(302);
        await(socket.writeTextMessage("two"));
        assertThat(heard.poll(60, TimeUnit.SECONDS)).isEqualTo("echo two");
        await(socket.close());
    }

    @Test
    void aStreamOfEventsGoesOnWhenItsTokenHasEnded() throws Exception {
        provider.tokenSeconds = 2;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports.get(2))) {
            SignOnBrowser browser = signedOn();
            socket.getOutputStream()
                    .write(("GET /events HTTP/1.1\r\nHost: a.example\r\nCookie: " + cookies(browser) + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(until(socket, "data: first")).startsWith("HTTP/1.1 200");
            int before = provider.calls("token");
            // The token has ended when another request has it renewed.
            Await.until(
                    () -> browser.get("/").statusCode() == 200 && provider.calls("token") > before,
                    Duration.ofSeconds(60),
                    () -> "the token was not renewed");
            HttpServerResponse stream = streams.remove();
            await(stream.write("data: second\n\n"));
            assertThat(until(socket, "data: second")).contains("data: second");
            await(stream.end());
        } finally {
            provider.tokenSeconds = 300;
        }
    }

    private static String until(Socket socket, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("the stream ended after " + text).isNotNegative();
            text.append((char) next);
        }
        return text.toString();
    }

    // Addresses and cookies

    private static String noise(int length) {
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~";
        return new Random(11)
                .ints(length, 0, letters.length())
                .mapToObj(i -> letters.substring(i, i + 1))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1_000, 3_000, 8_192, 12_000})
    void aDeepLinkWithALongQueryComesBackWhole(int length) throws Exception {
        String path = "/search?q=" + noise(length) + "&page=2";
        SignOnBrowser browser = browser();
        HttpResponse<String> begun = browser.get(path);
        assertThat(begun.headers().firstValue("location").orElseThrow().length())
                .isLessThan(3_500);
        HttpResponse<String> page = browser.signOn(path);
        assertThat(page.body()).startsWith("GET " + path + "\n");
        assertThat(browser.get("/").body()).doesNotContain("__Host-gh");
    }

    @Test
    void cookiesOfTheApplicationPassBesideOurs() throws Exception {
        SignOnBrowser browser = signedOn();
        StringBuilder own = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            own.append("app").append(i).append('=').append(noise(200)).append("; ");
        }
        String answer =
                raw("GET / HTTP/1.1\nHost: a.example\nCookie: " + own + cookies(browser) + "\nConnection: close\n\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("app0=")
                .contains("app99=")
                .doesNotContain("__Host-gh");
    }

    /** RFC 9113 section 8.2.3 joins them so. */
    @Test
    void severalCookieHeadersAreOne() throws Exception {
        String session = cookies(signedOn());
        String answer = raw("GET / HTTP/1.1\nHost: a.example\nCookie: b=2\nCookie: " + session + "; d=4\nCookie: e=5; "
                + session + "\nConnection: close\n\n");
        assertThat(answer).startsWith("HTTP/1.1 200").contains("b=2; d=4; e=5").doesNotContain("__Host-gh");
    }

    // Browsers

    @ParameterizedTest
    @ValueSource(strings = {"cors", "no-cors", "same-origin", "websocket"})
    void whatAPageFetchesIsRefusedAndNotLedAway(String mode) throws Exception {
        HttpResponse<String> refused = fetch("/api", "Sec-Fetch-Mode", mode, "Sec-Fetch-Dest", "empty");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().map()).doesNotContainKeys("location", "set-cookie");
    }

    @Test
    void aServiceWorkersScriptIsNoLogin() throws Exception {
        HttpResponse<String> refused = fetch(
                "/sw.js",
                "Service-Worker",
                "script",
                "Sec-Fetch-Mode",
                "same-origin",
                "Sec-Fetch-Dest",
                "serviceworker");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(fetch("/", "Service-Worker-Navigation-Preload", "true", "Sec-Fetch-Mode", "navigate")
                        .statusCode())
                .isEqualTo(302);
    }

    @Test
    void aPageThatIsLoadedBeforeAnyoneAskedForItStartsNoLogin() throws Exception {
        for (String purpose : List.of("prefetch", "prefetch;prerender")) {
            HttpResponse<String> refused = fetch("/", "Sec-Fetch-Mode", "navigate", "Sec-Purpose", purpose);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().map()).doesNotContainKeys("location", "set-cookie");
        }
        assertThat(signedOn().get("/", "Sec-Purpose", "prefetch").statusCode()).isEqualTo(200);
    }

    @Test
    void aFrameOfABrowserThatBlocksItsCookiesEndsWithAPageAndNotInALoop() throws Exception {
        SignOnBrowser browser = browser();
        HttpResponse<String> answer = browser.get("/", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe");
        int rounds = 0;
        while (answer.statusCode() == 302 && rounds < 20) {
            rounds++;
            browser.cookies.clear();
            String location = answer.headers().firstValue("location").orElseThrow();
            answer = location.startsWith(provider.issuer())
                    ? SignOnBrowser.atProvider(location)
                    : browser.get(location.replaceFirst("^http://[^/]+", ""));
        }
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("cookies");
        assertThat(rounds).isLessThan(8);
    }

    // Providers

    /** Two clients of one host hear of logouts at one path. */
    @Test
    void aLogoutReachesThePolicyWhoseClientItIsFor() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(ports.get(4));
        assertThat(browser.signOn("/first").statusCode()).isEqualTo(200);
        assertThat(browser.signOn("/second").statusCode()).isEqualTo(200);
        assertThat(new SignOnBrowser(ports.get(4))
                        .post("/oauth2/backchannel-logout", second.logoutToken(_ -> {}))
                        .statusCode())
                .isEqualTo(200);
        assertThat(browser.get("/second").statusCode()).isEqualTo(302);
        assertThat(browser.get("/first").statusCode()).isEqualTo(200);
        assertThat(new SignOnBrowser(ports.get(4))
                        .post("/oauth2/backchannel-logout", provider.logoutToken(_ -> {}))
                        .statusCode())
                .isEqualTo(200);
        assertThat(browser.get("/first").statusCode()).isEqualTo(302);
    }
}
