package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of requests on their way to a backend, or to an answer without one, in a real Envoy. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RoutingIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final String FILES = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: http, protocol: HTTP, port: ${port}}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: redirects, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /to-https}}]
                filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]
              - matches: [{path: {value: /to-443}}]
                filters: [{type: RequestRedirect, requestRedirect: {scheme: https, port: 443, statusCode: 301}}]
              - matches: [{path: {value: /to-80}}]
                filters: [{type: RequestRedirect, requestRedirect: {scheme: http, port: 80}}]
              - matches: [{path: {value: /to-8443}}]
                filters: [{type: RequestRedirect, requestRedirect: {scheme: https, port: 8443}}]
              - matches: [{path: {value: /to-host}}]
                filters: [{type: RequestRedirect, requestRedirect: {scheme: https, hostname: other.example}}]
              - matches: [{path: {value: /to-path}}]
                filters:
                - {type: RequestRedirect, requestRedirect: {scheme: https, path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}}
              - matches: [{path: {value: /stays}}]
                filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /here}}}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: filters, namespace: default, annotations: {gateway.envoyproxy.io/team: blue, example.com/other: none}}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /anything/formats}}]
                filters:
                - type: RequestHeaderModifier
                  requestHeaderModifier:
                    set: [{name: x-asked, value: "%REQ(:AUTHORITY)% of 100%"}, {name: x-escaped, value: "a%20b"}]
                - type: ResponseHeaderModifier
                  responseHeaderModifier:
                    add: [{name: x-status, value: "%RESPONSE_CODE%"}, {name: x-route, value: "%METADATA(ROUTE:envoy-gateway:resources)%"}]
                backendRefs: [{name: blue, port: 80}]
              - matches: [{path: {value: /anything/cors}, method: POST}]
                filters: [{type: CORS, cors: {allowOrigins: ["https://shop.example"], allowMethods: [POST]}}]
                backendRefs: [{name: blue, port: 80}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: backends, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /anything/session}}]
                sessionPersistence: {}
                backendRefs: [{name: blue, port: 80}, {name: green, port: 80}]
              - matches: [{path: {value: /anything/other-session}}]
                sessionPersistence: {cookie: {name: other, lifetimeType: Permanent}, absoluteTimeout: 1h}
                backendRefs: [{name: blue, port: 80}, {name: green, port: 80}]
              - matches: [{path: {value: /anything/header-session}}]
                sessionPersistence: {type: Header, header: {name: X-Session}}
                backendRefs: [{name: blue, port: 80}, {name: green, port: 80}]
              - matches: [{path: {value: /anything/primary}}]
                backendRefs: [{name: blue, port: 80}, {kind: Backend, name: spare}]
              - matches: [{path: {value: /anything/stand-by}}]
                backendRefs: [{name: empty, port: 80}, {group: gateway.envoyproxy.io, kind: Backend, name: spare}]
              - matches: [{path: {value: /anything/rewritten}}]
                filters: [{type: URLRewrite, urlRewrite: {hostname: inside.example}}]
                backendRefs: [{name: blue, port: 80}]
              - matches: [{path: {value: /by-pattern}}]
                filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: path-by-pattern}}]
                backendRefs: [{name: blue, port: 80}]
              - matches: [{path: {value: /anything/tenant}}]
                filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: host-by-path}}]
                backendRefs: [{name: blue, port: 80}]
              - matches: [{path: {value: /anything/by-header}}]
                filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: host-by-header}}]
                backendRefs: [{name: blue, port: 80}]
              - matches: [{path: {value: /page}}]
                filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: page}}]
              - matches: [{path: {value: /anything/mirrored}}]
                filters: [{type: RequestMirror, requestMirror: {backendRef: {name: mirror, port: 80}}}]
                backendRefs: [{name: blue, port: 80}]
              - matches: [{path: {value: /own-port}}]
                backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: own-port}]
              - matches: [{path: {value: /own-name}}]
                backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: own-name}]
              - matches: [{path: {value: /own-slice}}]
                backendRefs: [{name: own-slice, port: 80}]
              - matches: [{path: {value: /tls}}]
                backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: tls}]
              - matches: [{path: {value: /unapplied}}]
                backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: unapplied}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: empty, namespace: default}
            spec: {ports: [{name: http, protocol: TCP, port: 80}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: HTTPRouteFilter
            metadata: {name: host-by-path, namespace: default}
            spec: {urlRewrite: {hostname: {type: PathRegex, pathRegex: {pattern: "^/anything/tenant/([a-z]+)$", substitution: '\\1.inside'}}}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: HTTPRouteFilter
            metadata: {name: path-by-pattern, namespace: default}
            spec: {urlRewrite: {path: {type: ReplaceRegexMatch, replaceRegexMatch: {pattern: "^/by-pattern/([a-z]+)/([0-9]+)$", substitution: '/anything/\\2/\\1'}}}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: HTTPRouteFilter
            metadata: {name: host-by-header, namespace: default}
            spec: {urlRewrite: {hostname: {type: Header, header: x-tenant-host}, appendXForwardedHost: false}}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: pages, namespace: default}
            data: {response.body: "<h1>%REQ(:AUTHORITY)% is back soon, 100%</h1>"}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: HTTPRouteFilter
            metadata: {name: page, namespace: default}
            spec:
              directResponse:
                statusCode: 503
                contentType: text/html
                body: {type: ValueRef, valueRef: {group: "", kind: ConfigMap, name: pages}}
                header: {set: [{name: retry-after, value: "30"}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: spare, namespace: default}
            spec: {fallback: true, endpoints: [{ip: {address: 127.0.0.1, port: ${green}}}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: own-port, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${admin}}}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: own-name, namespace: default}
            spec: {endpoints: [{fqdn: {hostname: localhost, port: ${admin}}}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: tls, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${wire}}}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: BackendTLSPolicy
            metadata: {name: tls, namespace: default}
            spec:
              targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: tls, sectionName: "${wire}"}]
              validation: {wellKnownCACertificates: System, hostname: inside.example}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: unapplied, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${wire}}}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: BackendTLSPolicy
            metadata: {name: unapplied, namespace: default}
            spec:
              targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: unapplied, sectionName: "1"}]
              validation: {wellKnownCACertificates: System, hostname: inside.example}
            """;

    private static final String BACKEND = """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: ${name}, namespace: default}
            spec: {ports: [{name: http, protocol: TCP, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata:
              name: ${name}
              namespace: default
              labels: {kubernetes.io/service-name: ${name}}
              annotations: {${annotation}}
            addressType: IPv4
            endpoints: [{addresses: [127.0.0.1]}]
            ports: [{name: http, protocol: TCP, port: ${port}}]
            """;

    private final Queue<String> mirroredHosts = new ConcurrentLinkedQueue<>();

    /** The first byte of each connection to a server that says nothing. */
    private final Queue<Integer> firstBytes = new ConcurrentLinkedQueue<>();

    private int port;

    @SuppressWarnings("NullAway.Init")
    private HttpServer mirror;

    @SuppressWarnings("NullAway.Init")
    private ServerSocket wire;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        mirror.createContext("/", exchange -> {
            mirroredHosts.add(exchange.getRequestHeaders().getFirst("Host"));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        mirror.start();
        wire = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::listen);
        List<Integer> free = FreePorts.some(5);
        port = free.get(0);
        Files.writeString(
                folder.resolve("all.yaml"),
                FILES.replace("${port}", Integer.toString(port))
                                .replace("${green}", Integer.toString(free.get(2)))
                                .replace("${admin}", Integer.toString(free.get(4)))
                                .replace("${wire}", Integer.toString(wire.getLocalPort()))
                        + backend("blue", free.get(1), "gatehouse.dev/run: httpbin")
                        + backend("green", free.get(2), "gatehouse.dev/run: httpbin")
                        + backend("own-slice", free.get(4), "")
                        + backend("mirror", mirror.getAddress().getPort(), ""));
        gatehouse = ChildJvm.serving(free.get(3), free.get(4), folder);
    }

    private static String backend(String name, int port, String annotation) {
        return BACKEND.replace("${name}", name)
                .replace("${annotation}", annotation)
                .replace("${port}", Integer.toString(port));
    }

    private void listen() {
        while (!wire.isClosed()) {
            try (Socket connection = wire.accept()) {
                firstBytes.add(connection.getInputStream().read());
            } catch (IOException e) {
                // A connection that is reset, or the end of the test.
            }
        }
    }

    @AfterAll
    void stop() throws IOException {
        if (gatehouse != null) {
            gatehouse.close();
        }
        mirror.stop(0);
        wire.close();
    }

    @ParameterizedTest(name = "{0} with Host {1} leads to {2}")
    @CsvSource({
        "/to-https/x?q=a:80/, web.example, https://web.example/to-https/x?q=a:80/",
        "/to-https/x, web.example:21080, https://web.example/to-https/x",
        "/to-https, web.example:80, https://web.example/to-https",
        "/to-https, web.example:443, https://web.example/to-https",
        "/to-https, [2001:db8::1], https://[2001:db8::1]/to-https",
        "/to-https, [2001:db8::1]:8080, https://[2001:db8::1]/to-https",
        "/to-443, web.example:21080, https://web.example/to-443",
        "/to-80, web.example:21080, http://web.example/to-80",
        "/to-8443, web.example, https://web.example:8443/to-8443",
        "/to-8443, web.example:21080, https://web.example:8443/to-8443",
        "/to-host, web.example:21080, https://other.example/to-host",
        "/to-path/x, web.example:21080, https://web.example/new/x",
        "/stays, web.example, http://web.example:${port}/here",
        "/stays, web.example:21080, http://web.example:${port}/here",
        "/stays, [::1]:21080, http://[::1]:${port}/here",
    })
    void aRedirectShowsThePortThatGatewayApiSays(String path, String host, String location) throws Exception {
        assertThat(header(get(path, host), "location")).contains(location.replace("${port}", Integer.toString(port)));
    }

    @Test
    void aSessionStaysWithOneOfSeveralBackends() throws Exception {
        Set<String> chosen = new HashSet<>();
        for (int session = 0; session < 10; session++) {
            String first = get("/anything/session", "web.example");
            String cookie = header(first, "set-cookie").orElseThrow();
            assertThat(cookie.toLowerCase(Locale.ROOT))
                    .startsWith("gatehouse-session-")
                    .contains("path=/")
                    .doesNotContain("max-age");
            Set<String> backends =
                    new HashSet<>(Set.of(header(first, "x-gatehouse-backend").orElseThrow()));
            for (int request = 0; request < 10; request++) {
                String next = get("/anything/session", "web.example", "Cookie: " + cookie.replaceFirst(";.*", ""));
                backends.add(header(next, "x-gatehouse-backend").orElseThrow());
            }
            assertThat(backends).hasSize(1);
            chosen.addAll(backends);
        }
        assertThat(chosen).as("sessions go to both backends").hasSize(2);
    }

    @Test
    void aCookieLivesOnOnlyWhereItIsPermanent() throws Exception {
        assertThat(header(get("/anything/other-session", "web.example"), "set-cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie.toLowerCase(Locale.ROOT))
                        .startsWith("other=")
                        .contains("max-age=3600"));
    }

    @Test
    void aSessionMayBeKeptByAHeader() throws Exception {
        String first = get("/anything/header-session", "web.example");
        String session = header(first, "x-session").orElseThrow();
        for (int request = 0; request < 10; request++) {
            assertThat(header(
                            get("/anything/header-session", "web.example", "X-Session: " + session),
                            "x-gatehouse-backend"))
                    .isEqualTo(header(first, "x-gatehouse-backend"));
        }
    }

    @Test
    void aStandByGetsNothingWhileTheOthersHaveEndpoints() throws Exception {
        for (int request = 0; request < 20; request++) {
            assertThat(header(get("/anything/primary", "web.example"), "x-gatehouse-backend"))
                    .contains("blue");
        }
    }

    @Test
    void aStandByGetsAllWhileTheOthersHaveNoEndpoint() throws Exception {
        for (int request = 0; request < 20; request++) {
            assertThat(header(get("/anything/stand-by", "web.example"), "x-gatehouse-backend"))
                    .contains("green");
        }
    }

    @Test
    void theHostBeforeARewriteIsTold() throws Exception {
        assertThat(get("/anything/rewritten", "web.example"))
                .containsPattern("\"Host\": *\"inside.example\"")
                .containsPattern("\"X-Forwarded-Host\": *\"web.example\"");
    }

    @Test
    void thePathThatABackendSeesIsMadeByAPattern() throws Exception {
        assertThat(get("/by-pattern/cart/12", "web.example")).contains("/anything/12/cart");
    }

    @Test
    void theHostThatABackendSeesIsMadeOfThePathOrAHeader() throws Exception {
        assertThat(get("/anything/tenant/blue", "web.example"))
                .containsPattern("\"Host\": *\"blue.inside\"")
                .containsPattern("\"X-Forwarded-Host\": *\"web.example\"");
        assertThat(get("/anything/by-header", "web.example", "x-tenant-host: red.inside"))
                .containsPattern("\"Host\": *\"red.inside\"")
                .doesNotContain("X-Forwarded-Host");
    }

    @Test
    void anAnswerHasItsBodyFromAConfigMapAndHeadersOfItsOwn() throws Exception {
        String answer = get("/page", "web.example");
        assertThat(answer).startsWith("HTTP/1.1 503").endsWith("<h1>web.example is back soon, 100%</h1>");
        assertThat(header(answer, "content-type")).hasValue("text/html");
        assertThat(header(answer, "retry-after")).hasValue("30");
    }

    @Test
    void headersMayHaveCommandsOfEnvoysFormatsAndPercentSigns() throws Exception {
        String answer = get("/anything/formats", "web.example");
        assertThat(answer)
                .containsPattern("\"X-Asked\": *\"web.example of 100%\"")
                .containsPattern("\"X-Escaped\": *\"a%20b\"");
        assertThat(header(answer, "x-status")).hasValue("200");
    }

    @Test
    void aFormatTellsTheRouteThatWasSelectedWithItsOwnAnnotations() throws Exception {
        assertThat(header(get("/anything/formats", "web.example"), "x-route").map(JsonArray::new))
                .hasValue(JsonArray.of(JsonObject.of(
                        "kind",
                        "HTTPRoute",
                        "namespace",
                        "default",
                        "name",
                        "filters",
                        "annotations",
                        JsonObject.of("team", "blue"))));
    }

    @Test
    void aPreflightForARouteOfAnotherMethodIsAnswered() throws Exception {
        String answer = request(
                "OPTIONS",
                "/anything/cors",
                "web.example",
                "origin: https://shop.example",
                "access-control-request-method: POST");
        assertThat(answer).startsWith("HTTP/1.1 200");
        assertThat(header(answer, "access-control-allow-origin")).hasValue("https://shop.example");
        assertThat(request("OPTIONS", "/anything/cors", "web.example")).startsWith("HTTP/1.1 404");
        assertThat(get("/anything/cors", "web.example")).startsWith("HTTP/1.1 404");
    }

    @Test
    void aMirroredRequestHasTheHostOfTheOther() throws Exception {
        assertThat(get("/anything/mirrored", "web.example")).startsWith("HTTP/1.1 200");

        Await.until(() -> !mirroredHosts.isEmpty(), SOON, () -> "nothing was mirrored");
        assertThat(mirroredHosts).containsOnly("web.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/own-port/q/health", "/own-name/q/health"})
    void aBackendDoesNotLeadToGatehouseItself(String path) throws Exception {
        assertThat(get(path, "web.example")).startsWith("HTTP/1.1 500");
    }

    @Test
    void anEndpointSliceDoesNotLeadToGatehouseItself() throws Exception {
        assertThat(get("/own-slice/q/health", "web.example")).startsWith("HTTP/1.1 503");
    }

    @Test
    void tlsIsSpokenToABackendThatAPolicyIsForAndNothingToOneWhosePolicyCannotBeApplied() throws Exception {
        assertThat(get("/unapplied", "web.example")).startsWith("HTTP/1.1 500");
        assertThat(firstBytes).isEmpty();

        assertThat(get("/tls", "web.example")).startsWith("HTTP/1.1 503");
        // A record of a TLS handshake (RFC 8446, 5.1).
        assertThat(firstBytes).isNotEmpty().containsOnly(22);
    }

    private String get(String path, String host, String... headers) throws IOException {
        return request("GET", path, host, headers);
    }

    private String request(String method, String path, String host, String... headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) SOON.toMillis());
            StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            socket.getOutputStream()
                    .write(request.append("Connection: close\r\n\r\n")
                            .toString()
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Optional<String> header(String response, String name) {
        return response.lines()
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .findFirst();
    }
}
