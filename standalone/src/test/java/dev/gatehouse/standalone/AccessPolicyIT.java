package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AccessPolicies through a real Envoy, with an issuer of opaque tokens that misbehaves by the token. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AccessPolicyIT {
    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: http, protocol: HTTP, port: ${port}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: app, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${app}}}]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: client, namespace: default}
            stringData: {client-secret: secret}
            """;

    private static final String ROUTE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: "/${name}"}}]
                backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
            """;

    private static final String POLICIES = """
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: AccessPolicy
            metadata: {name: alone, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: alone}]
              introspection:
              - name: opaque
                endpoint: http://127.0.0.1:${app}/introspect
                clientID: gateway
                clientSecret: {name: client}
                claimToHeaders: [{header: X-User, claim: sub}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: rules, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: rules}]
              jwt:
                optional: true
                providers:
                - {name: signed, localJWKS: {type: Inline, inline: '${keys}'}, extractFrom: {headers: [{name: X-Signed}]}}
              authorization:
                rules:
                - {action: Allow, principal: {jwt: {provider: opaque, scopes: [orders]}}}
                - {action: Allow, principal: {jwt: {provider: opaque, claims: [{name: realm.roles, valueType: StringArray, values: [admin]}]}}}
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: AccessPolicy
            metadata: {name: rules, namespace: default}
            spec:
              targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: rules}]
              introspection:
              - name: opaque
                endpoint: http://127.0.0.1:${app}/introspect
                clientID: gateway
                clientSecret: {name: client}
                audiences: [shop]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: tried, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: tried}]
              authorization: {defaultAction: Deny}
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: AccessPolicy
            metadata: {name: tried, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: tried}]
              authorization: {dryRun: true}
            """;

    private static final String KEYS =
            "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\",\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]}";

    private final List<Integer> ports = FreePorts.some(3);
    private final HttpClient client = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init")
    private HttpServer app;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.createContext(
                "/",
                exchange -> answer(
                        exchange,
                        200,
                        exchange.getRequestHeaders().entrySet().stream()
                                .map(header -> header.getKey() + ": " + header.getValue())
                                .sorted()
                                .collect(Collectors.joining("\n"))));
        app.createContext("/introspect", AccessPolicyIT::introspect);
        app.start();
        String files = (OBJECTS
                        + ROUTE.replace("${name}", "alone")
                        + ROUTE.replace("${name}", "rules")
                        + ROUTE.replace("${name}", "tried")
                        + POLICIES)
                .replace("${port}", Integer.toString(ports.get(2)))
                .replace("${app}", Integer.toString(app.getAddress().getPort()))
                .replace("${keys}", KEYS);
        Files.writeString(Files.createDirectory(folder.resolve("objects")).resolve("all.yaml"), files);
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), folder.resolve("objects"));
        Await.orSilent(this::serves, () -> gatehouse.lines().size(), () -> gatehouse.output());
    }

    private static void introspect(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String token = form.replaceAll("(?:.*&)?token=([^&]*).*", "$1");
        switch (token) {
            case "orders" ->
                answer(exchange, 200, "{\"active\":true,\"sub\":\"ann\",\"aud\":\"shop\",\"scope\":\"orders\"}");
            case "admin" ->
                answer(
                        exchange,
                        200,
                        "{\"active\":true,\"sub\":\"bob\",\"aud\":[\"shop\"],\"realm\":{\"roles\":[\"admin\"]}}");
            case "reader" -> answer(exchange, 200, "{\"active\":true,\"aud\":\"shop\",\"scope\":\"read\"}");
            case "foreign" -> answer(exchange, 200, "{\"active\":true,\"aud\":\"other\",\"scope\":\"orders\"}");
            case "bound" ->
                answer(
                        exchange,
                        200,
                        "{\"active\":true,\"aud\":\"shop\",\"scope\":\"orders\",\"cnf\":{\"jkt\":\"a\"}}");
            case "text" -> answer(exchange, 200, "{\"active\":\"true\",\"aud\":\"shop\",\"scope\":\"orders\"}");
            case "page" -> answer(exchange, 200, "<!DOCTYPE html><p>Log in");
            case "huge" -> answer(exchange, 200, "{\"active\":true,\"pad\":\"" + "x".repeat(10_000_000) + "\"}");
            case "broken" -> answer(exchange, 500, "");
            default -> answer(exchange, 200, "{\"active\":false}");
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private boolean serves() throws Exception {
        try {
            return get("/tried").statusCode() == 200
                    && get("/alone").statusCode() == 401
                    && get("/rules").statusCode() == 401;
        } catch (ConnectException e) {
            return false;
        }
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(2) + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        if (app != null) {
            app.stop(0);
        }
        client.close();
    }

    @ParameterizedTest
    @CsvSource({
        "orders, 200",
        "admin, 200",
        "reader, 403",
        "foreign, 401",
        "bound, 401",
        "invented, 401",
        "text, 503",
        "page, 503",
        "huge, 503",
        "broken, 503"
    })
    void rulesDecideByTheClaimsOfTokensThatTheirIssuerCallsActive(String token, int status) throws Exception {
        assertThat(get("/rules", "authorization", "Bearer " + token).statusCode())
                .isEqualTo(status);
    }

    @Test
    void refusalsAreThoseOfRfc6750() throws Exception {
        assertThat(get("/rules").headers().firstValue("www-authenticate")).contains("Bearer realm=\"gatehouse\"");
        assertThat(get("/rules", "authorization", "Bearer invented")
                        .headers()
                        .firstValue("www-authenticate")
                        .orElse(""))
                .contains("error=\"invalid_token\"");
        assertThat(get("/rules", "authorization", "Bearer broken").headers().firstValue("retry-after"))
                .contains("5");
        assertThat(get("/rules", "authorization", "Bearer orders", "authorization", "Bearer admin")
                        .statusCode())
                .as("two tokens")
                .isEqualTo(400);
    }

    @Test
    void aRouteNeedsNoSecurityPolicyAndForgedClaimsDoNotReachTheBackend() throws Exception {
        HttpResponse<String> response = get("/alone", "authorization", "Bearer orders", "x-user", "root");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("X-user: [ann]").doesNotContain("root");
        assertThat(get("/alone", "x-user", "root").statusCode()).isEqualTo(401);
        // Without "sub" there is no user.
        assertThat(get("/alone", "authorization", "Bearer reader", "x-user", "root")
                        .body())
                .doesNotContain("root");
    }

    @Test
    void aDryRunDeniesNothing() throws Exception {
        assertThat(get("/tried").statusCode()).isEqualTo(200);
    }
}
