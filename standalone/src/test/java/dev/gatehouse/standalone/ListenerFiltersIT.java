package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.FreePorts;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The filters of listeners (GEP-5224) in a real Envoy, with real authorization servers. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ListenerFiltersIT {
    private static final String FILES = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - name: api
                hostname: api.test
                protocol: HTTP
                port: ${port}
                filters:
                  requests:
                  - type: ExternalAuth
                    externalAuth:
                      protocol: HTTP
                      backendRef: {name: tokens, port: 80}
                      http: {path: /check, allowedHeaders: [X-Token]}
                      forwardBody: {maxSize: 16}
                  - {type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: SecurityPolicy, name: keys}}
              - {name: open, protocol: HTTP, port: ${port}}
              - name: broken
                hostname: broken.test
                protocol: HTTP
                port: ${port}
                filters: {requests: [{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: nobody, port: 80}}}]}
              - name: forwards
                hostname: forwards.test
                protocol: HTTP
                port: ${port}
                filters:
                  requests:
                  - {type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: first, port: 80}}}
                  - {type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: second, port: 80}}}
              - name: backwards
                hostname: backwards.test
                protocol: HTTP
                port: ${port}
                filters:
                  requests:
                  - {type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: second, port: 80}}}
                  - {type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: first, port: 80}}}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: app, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - name: gold
                matches: [{path: {value: /anything}, headers: [{name: x-tenant, value: gold}]}]
                filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-rule, value: gold}]}}]
                backendRefs: [{name: app, port: 80}]
              - name: strict
                matches: [{path: {value: /anything}, headers: [{name: x-tenant, value: strict}]}]
                backendRefs: [{name: app, port: 80}]
              - name: guarded
                matches: [{path: {value: /anything}, headers: [{name: x-tenant, value: guarded}]}]
                backendRefs: [{name: app, port: 80}]
              - matches: [{path: {value: /anything}}]
                filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-rule, value: any}]}}]
                backendRefs: [{name: app, port: 80}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys, namespace: default}
            stringData: {alice: key-of-alice}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: keys, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front, sectionName: api}]
              apiKeyAuth:
                credentialRefs: [{name: keys}]
                extractFrom: [{headers: [X-Api-Key]}]
                forwardClientIDHeader: X-Client
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: users, namespace: default}
            stringData: {.htpasswd: "carol:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: login, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app, sectionName: strict}]
              basicAuth: {users: {name: users}}
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: WAFPolicy
            metadata: {name: rules, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app, sectionName: guarded}]
              directives:
              - SecRuleEngine On
              - SecRule ARGS "@contains attack" "id:1001,phase:1,deny,status:403"
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

    private static final String KEY = "X-Api-Key: key-of-alice";

    private final AtomicInteger checked = new AtomicInteger();
    private final AtomicReference<String> judged = new AtomicReference<>("");
    private final int port = FreePorts.some(1).getFirst();

    @SuppressWarnings("NullAway.Init")
    private HttpServer tokens;

    @SuppressWarnings("NullAway.Init")
    private Server first;

    @SuppressWarnings("NullAway.Init")
    private Server second;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        tokens = tokens();
        first = authorization("first");
        second = authorization("second");
        List<Integer> own = FreePorts.some(3);
        Files.writeString(
                folder.resolve("all.yaml"),
                FILES.replace("${port}", Integer.toString(port))
                        + backend("app", own.get(2), "gatehouse.dev/run: httpbin")
                        + backend("tokens", tokens.getAddress().getPort(), "")
                        + backend("first", first.getPort(), "")
                        + backend("second", second.getPort(), ""));
        gatehouse = ChildJvm.serving(own.get(0), own.get(1), folder);
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        tokens.stop(0);
        first.shutdownNow();
        second.shutdownNow();
    }

    @Test
    void aServersRefusalIsTheAnswerAndNothingRunsAfterIt() throws Exception {
        assertThat(get("api.test", "/anything", KEY)).startsWith("HTTP/1.1 401").contains("who are you?");
        assertThat(get("api.test", "/elsewhere", KEY))
                .startsWith("HTTP/1.1 401")
                .contains("who are you?");
    }

    @Test
    void theSecondFilterRunsAfterTheFirst() throws Exception {
        String answer = get("api.test", "/anything", "X-Token: any");
        assertThat(answer).startsWith("HTTP/1.1 401").doesNotContain("who are you?");
    }

    @Test
    void whatAServerSaysChoosesTheRoute() throws Exception {
        assertThat(get("api.test", "/anything", "X-Token: gold", KEY))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("x-rule: gold")
                .containsIgnoringCase("\"X-Client\"")
                .contains("alice");
        assertThat(get("api.test", "/anything", "X-Token: other", KEY))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("x-rule: any");
    }

    @Test
    void thePoliciesOfTheRouteThatIsChosenAreEnforced() throws Exception {
        assertThat(get("api.test", "/anything", "X-Token: strict", KEY)).startsWith("HTTP/1.1 401");
        assertThat(get("api.test", "/anything", "X-Token: strict", KEY, "Authorization: Basic Y2Fyb2w6c2VjcmV0"))
                .startsWith("HTTP/1.1 200");
        assertThat(get("api.test", "/anything?a=attack", "X-Token: guarded", KEY))
                .startsWith("HTTP/1.1 403");
        assertThat(get("api.test", "/anything?a=attack", "X-Token: gold", KEY)).startsWith("HTTP/1.1 200");
    }

    @Test
    void whatNoRouteMatchesIsNotFoundAfterTheFilters() throws Exception {
        assertThat(get("api.test", "/elsewhere", "X-Token: any", KEY)).startsWith("HTTP/1.1 404");
    }

    @Test
    void ofALongBodyTheServerGetsTheBeginningAndTheBackendAll() throws Exception {
        assertThat(send("POST", "api.test", "/anything", "0123456789abcdef!", "X-Token: any", KEY))
                .startsWith("HTTP/1.1 200")
                .contains("0123456789abcdef!");
        assertThat(judged.get()).isEqualTo("true 0123456789abcdef");
        assertThat(send("POST", "api.test", "/anything", "0123456789abcdef", "X-Token: any", KEY))
                .startsWith("HTTP/1.1 200")
                .contains("0123456789abcdef");
        assertThat(judged.get()).isEqualTo("false 0123456789abcdef");
    }

    @Test
    void theHostAndTheFramingStayAsTheClientSentThem() throws Exception {
        assertThat(get("api.test", "/anything", "X-Token: any", KEY))
                .startsWith("HTTP/1.1 200")
                .contains("api.test")
                .doesNotContain("evil.test");
        assertThat(get("forwards.test", "/anything"))
                .startsWith("HTTP/1.1 200")
                .contains("forwards.test")
                .doesNotContain("evil.test");
    }

    @Test
    void filtersRunInTheOrderOfTheList() throws Exception {
        assertThat(get("forwards.test", "/anything")).contains("by-second").doesNotContain("by-first");
        assertThat(get("backwards.test", "/anything")).contains("by-first").doesNotContain("by-second");
    }

    @Test
    void anotherListenerOnThePortHasNoneOfThem() throws Exception {
        int before = checked.get();
        assertThat(get("other.test", "/anything")).startsWith("HTTP/1.1 200").containsIgnoringCase("x-rule: any");
        assertThat(checked).hasValue(before);
    }

    @Test
    void aListenerWhoseFiltersCannotRunLetsNobodyInNeitherByAnother() throws Exception {
        assertThat(get("broken.test", "/anything", "X-Token: any", KEY)).startsWith("HTTP/1.1 503");
    }

    /** Knows a client by its token, which is its tenant; and tries what no filter may. */
    private HttpServer tokens() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/check/", exchange -> {
            checked.incrementAndGet();
            judged.set(exchange.getRequestHeaders().getFirst("x-envoy-auth-partial-body") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
            String token = exchange.getRequestHeaders().getFirst("X-Token");
            byte[] body = (token == null ? "who are you?" : "welcome, and this is a longer answer")
                    .getBytes(StandardCharsets.UTF_8);
            if (token != null) {
                exchange.getResponseHeaders().set("X-Tenant", token);
                exchange.getResponseHeaders().set("Host", "evil.test");
            }
            exchange.sendResponseHeaders(token == null ? 401 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static Server authorization(String name) throws IOException {
        return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new AuthorizationGrpc.AuthorizationImplBase() {
                    @Override
                    public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
                        observer.onNext(CheckResponse.newBuilder()
                                .setStatus(com.google.rpc.Status.getDefaultInstance())
                                .setOkResponse(OkHttpResponse.newBuilder()
                                        .addHeaders(set("x-order", "by-" + name))
                                        .addHeaders(set("host", "evil.test"))
                                        .addHeaders(set(":authority", "evil.test")))
                                .build());
                        observer.onCompleted();
                    }
                })
                .build()
                .start();
    }

    private static HeaderValueOption set(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                .build();
    }

    private static String backend(String name, int port, String annotation) {
        return BACKEND.replace("${name}", name)
                .replace("${annotation}", annotation)
                .replace("${port}", Integer.toString(port));
    }

    private String get(String host, String path, String... headers) throws IOException {
        return send("GET", host, path, "", headers);
    }

    /** The whole answer. */
    private String send(String method, String host, String path, String body, String... headers) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                method + " " + path + " HTTP/1.1",
                "Host: " + host,
                "Connection: close",
                "Content-Length: " + body.length()));
        lines.addAll(List.of(headers));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((String.join("\r\n", lines) + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
