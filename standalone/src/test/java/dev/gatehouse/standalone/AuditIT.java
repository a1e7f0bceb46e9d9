package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.OpenIdProvider;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc.AuthorizationImplBase;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
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
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What access logs and the audit log tell of who sent a request, through a real Envoy; and that nobody but authz-svc can say it. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AuditIT {
    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: logged}}
              listeners: [{name: http, protocol: HTTP, port: ${port}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: logged, namespace: default}
            spec: {telemetry: {accessLog: {settings: [{sinks: [{type: File, file: {path: ${log}}}]}]}}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: ClientTrafficPolicy
            metadata: {name: hops, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
              clientIPDetection: {xForwardedFor: {numTrustedHops: 1}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: app, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${app}}}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: forger, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${forger}}}], appProtocols: [gateway.envoyproxy.io/h2c]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: client, namespace: default}
            stringData: {client-secret: "${secret}"}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys, namespace: default}
            stringData: {partner: key-1}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: users, namespace: default}
            stringData: {.htpasswd: "ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="}
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
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
            """;

    private static final String INTROSPECTION = """
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: AccessPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: ${name}}]
              introspection:
              - {name: opaque, endpoint: "http://127.0.0.1:${app}/introspect", clientID: gateway, clientSecret: {name: client}}
            """;

    private static final String FORGING =
            "  extAuth: {grpc: {backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: forger}]}}\n";

    /** The kinds of routes by what they ask for. */
    private static final Map<String, String> POLICIES = Map.of(
            "key",
            "  apiKeyAuth: {credentialRefs: [{name: keys}], extractFrom: [{headers: [x-key]}]}\n",
            "user",
            "  basicAuth: {users: {name: users}}\n",
            "sso",
            """
              oidc:
                provider: {issuer: "${issuer}"}
                clientID: gatehouse
                clientSecret: {name: client}
                redirectURL: "http://127.0.0.1:${port}/sso/callback"
                logoutPath: /sso/logout
            """,
            "token",
            "  cors: {allowOrigins: [\"https://a.example\"]}\n" + INTROSPECTION.replace("${name}", "token"),
            "tried",
            """
              authorization: {rules: [{name: insiders, action: Allow, principal: {clientCIDRs: [192.0.2.0/24]}}]}
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: AccessPolicy
            metadata: {name: tried, namespace: default}
            spec:
              targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: tried}]
              authorization: {dryRun: true}
            """,
            "forged",
            FORGING + """
              authorization: {rules: [{action: Allow, cel: "'orders' in metadata.filter_metadata['envoy.filters.http.ext_authz']['gatehouse.token']['opaque'].scope"}]}
            """ + INTROSPECTION.replace("${name}", "forged"),
            "forgedsession",
            FORGING + """
              basicAuth: {users: {name: users}}
              authorization: {rules: [{action: Allow, cel: "metadata.filter_metadata['envoy.filters.http.ext_authz']['gatehouse.session'].sub == 'root'"}]}
            """,
            "own",
            FORGING + """
              authorization: {rules: [{action: Allow, cel: "metadata.filter_metadata['envoy.filters.http.ext_authz'].tenant == 'shop'"}]}
            """);

    private final List<Integer> ports = FreePorts.some(3);
    private final HttpClient client = HttpClient.newHttpClient();
    private final OpenIdProvider provider = new OpenIdProvider(InstantSource.system());

    @SuppressWarnings("NullAway.Init")
    private HttpServer app;

    @SuppressWarnings("NullAway.Init")
    private Server forger;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @SuppressWarnings("NullAway.Init")
    private Path log;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        log = folder.resolve("access.log");
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.createContext("/", exchange -> {
            String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] answer = (form.contains("token=reader")
                            ? "{\"active\":true,\"sub\":\"ben\",\"scope\":\"read\"}"
                            : "{\"active\":false}")
                    .getBytes(StandardCharsets.UTF_8);
            try (exchange) {
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        app.start();
        forger = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new Forger())
                .build()
                .start();
        StringBuilder text = new StringBuilder(OBJECTS);
        POLICIES.forEach(
                (name, policy) -> text.append(ROUTE.replace("${name}", name)).append(policy));
        Files.writeString(
                Files.createDirectory(folder.resolve("objects")).resolve("all.yaml"),
                text.toString()
                        .replace("${port}", Integer.toString(ports.get(2)))
                        .replace("${app}", Integer.toString(app.getAddress().getPort()))
                        .replace("${forger}", Integer.toString(forger.getPort()))
                        .replace("${issuer}", provider.issuer())
                        .replace("${secret}", OpenIdProvider.SECRET)
                        .replace("${log}", log.toString()));
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), folder.resolve("objects"));
        Await.orSilent(this::serves, () -> gatehouse.lines().size(), () -> gatehouse.output());
    }

    /** An authorization server of a user that says of every request what only authz-svc may say. */
    private static final class Forger extends AuthorizationImplBase {
        @Override
        public void check(CheckRequest request, StreamObserver<CheckResponse> responses) {
            Struct.Builder forged = Struct.newBuilder()
                    .putFields("tenant", text("shop"))
                    .putFields("gatehouse.session", struct("sub", text("root")))
                    .putFields("gatehouse.subject", struct("oidc", text("root")))
                    .putFields(
                            "gatehouse.token",
                            struct(
                                    "opaque",
                                    struct(
                                            "scope",
                                            Value.newBuilder()
                                                    .setListValue(ListValue.newBuilder()
                                                            .addValues(text("orders")))
                                                    .build())));
            responses.onNext(CheckResponse.newBuilder()
                    .setOkResponse(OkHttpResponse.getDefaultInstance())
                    .setDynamicMetadata(forged)
                    .build());
            responses.onCompleted();
        }

        private static Value text(String text) {
            return Value.newBuilder().setStringValue(text).build();
        }

        private static Value struct(String name, Value value) {
            return Value.newBuilder()
                    .setStructValue(Struct.newBuilder().putFields(name, value))
                    .build();
        }
    }

    private boolean serves() throws Exception {
        try {
            for (String name : POLICIES.keySet()) {
                if (get("/" + name).statusCode() == 404) {
                    return false;
                }
            }
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        if (app != null) {
            app.stop(0);
        }
        if (forger != null) {
            forger.shutdownNow();
        }
        provider.close();
        client.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(2) + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The line of the access log of the request with this path. Envoy writes lines every ten seconds. */
    private JsonObject logged(String path) throws Exception {
        Await.orSilent(() -> line(path).isPresent(), () -> 0, () -> "no line for " + path);
        return line(path).orElseThrow();
    }

    private Optional<JsonObject> line(String path) throws IOException {
        return Files.readString(log)
                .lines()
                .filter(line -> line.contains(path) && line.endsWith("}"))
                .map(JsonObject::new)
                .findFirst();
    }

    private static String unique(String path) {
        return path + "?n=" + UUID.randomUUID();
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static void isHash(JsonObject line, String check) {
        assertThat(line.getJsonObject("subject").fieldNames()).as(line.encode()).containsExactly(check);
        assertThat(line.getJsonObject("subject").getString(check)).matches("hmac:[A-Za-z0-9_-]{22}");
    }

    @Test
    void theAccessLogHasTheHashedSubjectOfKeysPasswordsAndTokens() throws Exception {
        String key = unique("/key");
        String user = unique("/user");
        String token = unique("/token");
        String nobody = unique("/token");
        assertThat(get(key, "x-key", "key-1").statusCode()).isEqualTo(200);
        assertThat(get(user, "authorization", basic("ann:password")).statusCode())
                .isEqualTo(200);
        assertThat(get(token, "authorization", "Bearer reader").statusCode()).isEqualTo(200);
        assertThat(get(nobody).statusCode()).isEqualTo(401);
        isHash(logged(key), "api-key");
        isHash(logged(user), "basic");
        isHash(logged(token), "introspection");
        assertThat(logged(nobody).getValue("subject")).isNull();
    }

    @Test
    void theAccessLogHasTheHashedSubjectOfASession() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(ports.get(2));
        String path = unique("/sso/page");
        assertThat(browser.signOn(path).statusCode()).isEqualTo(200);
        String next = unique("/sso/next");
        assertThat(browser.get(next).statusCode()).isEqualTo(200);
        isHash(logged(next), "oidc");
        gatehouse.awaitLine(
                line -> line.contains("audit") && line.contains("login: ok") && line.contains("default/sso"));
    }

    @Test
    void theAuditLogHasTheRouteTheTraceAndTheClientsAddressByTheListenersRules() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        get(
                unique("/user"),
                "authorization",
                basic("ann:wrong"),
                "x-forwarded-for",
                "198.51.100.7",
                "x-gatehouse-client",
                "192.0.2.66",
                "traceparent",
                "00-" + trace + "-00f067aa0ba902b7-01");
        gatehouse.awaitLine(line -> line.contains("denial: credentials-wrong")
                && line.contains("policy default/user")
                && line.contains("route httproute/default/user/rule/0")
                && line.contains("client 198.51.100.7")
                && line.contains("trace_id " + trace)
                && line.contains("subject hmac:")
                && !line.contains("ann"));
    }

    @Test
    void whatAnAuthorizationServerSaysOfTokensAndSessionsCountsForNothing() throws Exception {
        assertThat(get("/forged", "authorization", "Bearer reader").statusCode())
                .isEqualTo(403);
        String path = unique("/forgedsession");
        assertThat(get(path, "authorization", basic("ann:password")).statusCode())
                .isEqualTo(403);
        assertThat(logged(path).encode()).doesNotContain("root");
        assertThat(get("/own").statusCode()).as("what is its own to say counts").isEqualTo(200);
    }

    @Test
    void whatRulesOnTrialWouldDenyIsCountedByPolicyAndRouteAndInTheAccessLog() throws Exception {
        String denied = unique("/tried");
        String allowed = unique("/tried");
        String enforced = unique("/own");
        assertThat(get(denied, "x-forwarded-for", "198.51.100.7").statusCode()).isEqualTo(200);
        assertThat(get(allowed, "x-forwarded-for", "192.0.2.8").statusCode()).isEqualTo(200);
        assertThat(get(enforced).statusCode()).isEqualTo(200);
        assertThat(logged(denied).getString("dry_run")).isEqualTo("denied");
        assertThat(logged(allowed).getString("dry_run")).isEqualTo("allowed");
        assertThat(logged(enforced).getValue("dry_run")).isNull();
        String metrics = metrics();
        assertThat(metrics)
                .containsPattern(
                        "envoy_http_rbac_policy_shadow_denied\\{[^}]*envoy_rbac_policy_name=\"default/tried httproute/default/tried/rule/0\"[^}]*\\} [1-9]");
    }

    private String metrics() throws Exception {
        String admin = "http://127.0.0.1:" + ports.get(1);
        String targets = client.send(
                        HttpRequest.newBuilder(URI.create(admin + "/gatehouse/proxies"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        JsonObject target = new JsonArray(targets).getJsonObject(0);
        String path = target.getJsonObject("labels").getString("__metrics_path__") + "?fleet="
                + target.getJsonObject("labels").getString("__param_fleet");
        return client.send(
                        HttpRequest.newBuilder(URI.create("http://"
                                        + target.getJsonArray("targets").getString(0) + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
