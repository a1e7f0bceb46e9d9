package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Routes without a backend, for which Envoy holds no more of a body than a connection's buffer, and requests that never reach the WAF since a
 * filter before it answers them.
 */
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WafWithoutBackendIT {
    private static final int LONG = 1_000_000;

    private static final String FILES = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: http, protocol: HTTP, port: ${port}}
              - {name: small, protocol: HTTP, port: ${small}}
              - name: early
                protocol: HTTP
                port: ${early}
                filters: {requests: [{type: ExtensionRef, extensionRef: {group: gatehouse.dev, kind: WAFPolicy, name: early}}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: closed, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /redirect}}]
                filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 302}}]
              - matches: [{path: {value: /direct}}]
                filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: direct}}]
              - matches: [{path: {value: /gone}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: ClientTrafficPolicy
            metadata: {name: small, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front, sectionName: small}]
              connection: {bufferLimit: 8Ki}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: partial, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: http}]
              rules:
              - matches: [{path: {value: /partial}}]
                filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 302}}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: keys, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: http}]
              rules:
              - matches: [{path: {value: /keys/redirect}}]
                filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 302}}]
              - matches: [{path: {value: /keys/streamed}}]
                backendRefs: [{name: away, port: 80}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: away, namespace: default}
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: away, namespace: default, labels: {kubernetes.io/service-name: away}}
            addressType: IPv4
            endpoints: [{addresses: [127.0.0.1]}]
            ports: [{name: http, port: 9}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: keys, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: keys}]
              cors: {allowOrigins: ["https://a.example"], allowMethods: [PUT]}
              apiKeyAuth: {credentialRefs: [{name: keys}], extractFrom: [{headers: [X-Api-Key]}]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys, namespace: default}
            stringData: {alice: key-of-alice}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: HTTPRouteFilter
            metadata: {name: direct, namespace: default}
            spec: {directResponse: {statusCode: 299, body: {type: Inline, inline: direct}}}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: open, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: http}]
              rules:
              - matches: [{path: {value: /open}}]
                filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 302}}]
            """ + policy("early", "Gateway, name: front, sectionName: early", "Closed")
            + policy("small", "Gateway, name: front, sectionName: small", "Closed")
            + policy("all", "Gateway, name: front, sectionName: http", "Closed")
            + policy("open", "HTTPRoute, name: open", "Open")
            + policy("partial", "HTTPRoute, name: partial", "Closed") + "  requestBody: {onLimit: ProcessPartial}\n"
            + policy("keys", "HTTPRoute, name: keys", "Closed") + "  bodies: Streamed\n";

    private final List<Integer> ports = FreePorts.some(3);
    private final int port = ports.getFirst();
    private final int small = ports.get(1);
    private final int early = ports.getLast();
    private final WebClient client = new WebClient();

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    private static String policy(String name, String target, String failureMode) {
        return """
                ---
                apiVersion: gatehouse.dev/v1alpha1
                kind: WAFPolicy
                metadata: {name: %s, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: %s}]
                  failureMode: %s
                  directives:
                  - SecRequestBodyAccess On
                  - SecRule ARGS "@endsWith evil" "id:1,phase:2,deny,status:403"
                """.formatted(name, target, failureMode);
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        List<Integer> own = FreePorts.some(2);
        Files.writeString(
                folder.resolve("all.yaml"),
                FILES.replace("${port}", Integer.toString(port))
                        .replace("${small}", Integer.toString(small))
                        .replace("${early}", Integer.toString(early)));
        gatehouse = ChildJvm.serving(own.get(0), own.get(1), folder);
        for (int each : List.of(port, small, early)) {
            Await.until(() -> post(each, "/redirect", 10, "") == 302, Duration.ofSeconds(60), gatehouse::output);
        }
    }

    @AfterAll
    void stop() {
        client.close();
        gatehouse.close();
    }

    private int post(int to, String path, int length, String end) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to + path))
                .timeout(Duration.ofSeconds(20))
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("a=" + "x".repeat(length) + end))
                .build();
        return client.http().send(request, BodyHandlers.discarding()).statusCode();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/redirect 302", "/direct 299", "/gone 500"})
    void aBodyIsInspectedThatAConnectionHoldsAndALongerOneIsOverTheLimit(String expectation) throws Exception {
        String path = expectation.split(" ")[0];
        int status = Integer.parseInt(expectation.split(" ")[1]);
        for (int each : List.of(port, early)) {
            assertThat(post(each, path, 20_000, "")).isEqualTo(status);
            assertThat(post(each, path, 20_000, "evil")).isEqualTo(403);
            assertThat(post(each, path, 10, "evil")).isEqualTo(403);
            assertThat(post(each, path, LONG, "")).isEqualTo(413);
        }
    }

    @Test
    void soItIsWhereNoRouteMatches() throws Exception {
        assertThat(post(early, "/", 20_000, "")).isEqualTo(404);
        assertThat(post(early, "/", 20_000, "evil")).isEqualTo(403);
        assertThat(post(early, "/", LONG, "")).isEqualTo(413);
        assertThat(post(port, "/", LONG, "")).isEqualTo(404);
    }

    @Test
    void soItIsWherePoliciesFailOpen() throws Exception {
        assertThat(post(port, "/open", 20_000, "")).isEqualTo(302);
        assertThat(post(port, "/open", 20_000, "evil")).isEqualTo(403);
        assertThat(post(port, "/open", LONG, "")).isEqualTo(413);
    }

    @Test
    void aConnectionHoldsWhatTheClientTrafficPolicySays() throws Exception {
        assertThat(post(small, "/redirect", 7_000, "")).isEqualTo(302);
        assertThat(post(small, "/redirect", 7_000, "evil")).isEqualTo(403);
        assertThat(post(small, "/redirect", 20_000, "")).isEqualTo(413);
    }

    @Test
    void theBeginningIsInspectedWhereThePolicySaysSo() throws Exception {
        assertThat(post(port, "/partial", 20_000, "evil")).isEqualTo(403);
        assertThat(post(port, "/partial", LONG, "")).isEqualTo(302);
    }

    @Test
    void whatAFilterBeforeTheWafAnswersIsAnsweredSo() throws Exception {
        for (String path : List.of("/keys/redirect", "/keys/streamed")) {
            assertThat(post(port, path, 10, "")).as(path).isEqualTo(401);
            assertThat(post(port, path, 20_000, "evil")).as(path).isEqualTo(401);
        }
        HttpRequest preflight = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/keys/streamed"))
                .header("origin", "https://a.example")
                .header("access-control-request-method", "PUT")
                .method("OPTIONS", BodyPublishers.noBody())
                .build();
        assertThat(client.http().send(preflight, BodyHandlers.discarding()).statusCode())
                .isEqualTo(200);
    }
}
