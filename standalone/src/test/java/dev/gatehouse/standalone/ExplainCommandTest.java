package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExplainCommandTest {
    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge}
            spec:
              gatewayClassName: teg
              listeners:
              - {name: http, port: 80, protocol: HTTP}
              - {name: shop, port: 80, protocol: HTTP, hostname: "*.shop.example"}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: cart}
            spec:
              parentRefs: [{name: edge, sectionName: shop}]
              rules:
              - name: write
                matches:
                - {path: {value: /cart}, method: POST, headers: [{name: x-team, value: a}]}
                backendRefs: [{name: cart, port: 80, weight: 3}, {name: canary, port: 80, weight: 1}]
              - matches: [{path: {value: /cart}, queryParams: [{name: q, type: RegularExpression, value: "[0-9]+"}]}]
                backendRefs: [{name: cart, port: 80}]
              - matches: [{path: {type: Exact, value: /moved}}]
                filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: defaults}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
              retry: {numRetries: 1, perRetry: {timeout: 1s}}
              timeout: {http: {requestTimeout: 7s}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: own}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: cart}]
              mergeType: StrategicMerge
              retry: {numRetries: 4}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart}
            spec: {ports: [{port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: cart, labels: {kubernetes.io/service-name: cart}}
            addressType: IPv4
            endpoints: [{addresses: [10.1.2.3]}]
            ports: [{port: 8080}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: canary}
            spec: {ports: [{port: 80}]}
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("objects.yaml"), OBJECTS);
    }

    @Test
    void theRouteItsPoliciesAndItsBackendsAreTold() {
        assertThat(explain("-X", "POST", "-H", "X-Team: a", "http://www.shop.example/cart/1?q=x"))
                .contains("POST http://www.shop.example/cart/1")
                .contains("Gateway default/edge, HTTP listener \"shop\", port 80")
                .contains("hostname   *.shop.example")
                .contains(
                        "HTTPRoute default/cart, rule 0 \"write\", match 0: path prefix /cart, method POST, header x-team a")
                .contains("BackendTrafficPolicy default/own (for HTTPRoute default/cart) with default/defaults")
                .contains("retry.numRetries: 4  (default/own)")
                .contains("timeout.http.requestTimeout: 7s  (default/defaults)")
                .contains("group/service/default/cart/80*3,service/default/canary/80*1")
                .contains("10.1.2.3:8080, weight 3")
                .contains("rule 1, match 0: query parameter q is \"x\" (expected: of the form [0-9]+)");
    }

    @Test
    void backendsOfARuleWithoutRetriesAreApart() throws IOException {
        Files.writeString(
                folder.resolve("objects.yaml"),
                OBJECTS.replace("retry: {numRetries: 1, perRetry: {timeout: 1s}}", "")
                        .replace("retry: {numRetries: 4}", "circuitBreaker: {}"));
        assertThat(explain("-X", "POST", "-H", "X-Team: a", "http://www.shop.example/cart/1"))
                .containsPattern("service/default/cart/80\\S*, weight 3\\R +10.1.2.3:8080")
                .containsPattern("service/default/canary/80\\S*, weight 1: it has no endpoints: 503");
    }

    @Test
    void anEmptyTextIsShownAsOne() throws IOException {
        Files.writeString(folder.resolve("more.yaml"), """
                apiVersion: v1
                kind: Secret
                metadata: {name: users}
                stringData: {.htpasswd: "ann:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M="}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: SecurityPolicy
                metadata: {name: own}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: cart}]
                  basicAuth: {users: {group: "", name: users}}
                """);
        assertThat(explain("-X", "POST", "-H", "X-Team: a", "http://www.shop.example/cart/1"))
                .contains("basicAuth.users.group: \"\"");
    }

    @Test
    void whatIsAnsweredByTheGatewayIsTold() {
        assertThat(explain("www.shop.example/moved")).contains("outcome    301: redirected, scheme https");
        assertThat(explain("www.shop.example/other"))
                .contains("outcome    404: no route of this hostname matches")
                .contains("path is not /moved");
        assertThat(explain("http://elsewhere.example/cart"))
                .contains("listener \"http\"")
                .contains("404: ");
        assertThat(explain("http://www.shop.example:81/"))
                .contains("outcome    no connection: no Gateway listens on port 81");
        assertThat(explain("https://www.shop.example:80/"))
                .contains("outcome    no connection: it is TLS, and the listener speaks HTTP without");
        assertThat(explain("http://www.shop.example/x/..//moved")).contains("outcome    301: ");
    }

    @Test
    void aProgramReadsTheSameAsJson() {
        JsonObject answer = new JsonObject(
                explain("-o", "json", "-H", "host: www.shop.example:8080", "http://127.0.0.1/cart?q=%37"));
        JsonObject gateway = answer.getJsonArray("gateways").getJsonObject(0);
        assertThat(gateway.getString("outcome")).isEqualTo("forwarded");
        assertThat(gateway.getJsonObject("selected").getMap())
                .containsEntry("route", "HTTPRoute default/cart")
                .containsEntry("rule", 1);
        assertThat(gateway.getJsonArray("filters")
                        .getJsonObject(gateway.getJsonArray("filters").size() - 1)
                        .getString("name"))
                .isEqualTo("envoy.filters.http.router");
    }

    @Test
    void aWrongRequestIsToldWithWhatWasExpected() {
        assertThat(execute("explain", "ftp://a/", "-f", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("URL \"ftp://a/\": scheme \"ftp\" (expected: http or https)");
        assertThat(execute("explain", "http://a/", "-H", "x", "-f", folder.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("header \"x\": no colon (expected: \"name: value\")");
    }

    private String explain(String... arguments) {
        List<String> all = new ArrayList<>(List.of("explain", "-f", folder.toString()));
        all.addAll(List.of(arguments));
        assertThat(execute(all.toArray(String[]::new))).as(() -> err.toString()).isZero();
        return out.toString();
    }

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Gatehouse.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
