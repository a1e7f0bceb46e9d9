package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Authorization rules in a real Envoy, and what {@code gatehouse authz explain} says of the same requests: the two agree. Each case is a
 * hostname with a route and a policy of its own.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AuthorizationIT {
    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: http, protocol: HTTP, port: ${port}}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: app, namespace: default}
            spec: {ports: [{name: http, port: 80, protocol: TCP}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata:
              name: app
              namespace: default
              labels: {kubernetes.io/service-name: app}
              annotations: {gatehouse.dev/run: httpbin}
            addressType: IPv4
            endpoints: [{addresses: [127.0.0.1]}]
            ports: [{name: http, protocol: TCP, port: ${app}}]
            """;

    private static final String CASE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: front}]
              hostnames: [${name}.test]
              rules: [{backendRefs: [{name: app, port: 80}]}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
            """;

    private static final String CLAIMS = "metadata.filter_metadata['envoy.filters.http.jwt_authn']['issuer']";

    private final List<Integer> ports = FreePorts.some(4);
    private final int port = ports.get(2);
    private final StringBuilder files = new StringBuilder();
    private final Map<String, String> expressions = new LinkedHashMap<>();

    @SuppressWarnings("NullAway.Init")
    private SignedTokens issuer;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        issuer = SignedTokens.rs256("one");
        files.append(
                GATEWAY.replace("${port}", Integer.toString(port)).replace("${app}", Integer.toString(ports.get(3))));
        write();
        file = folder.resolve("all.yaml");
        Files.writeString(file, files.toString());
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), folder);
        Await.orSilent(this::listens, () -> gatehouse.lines().size(), () -> gatehouse.output());
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void write() {
        rules("order", "Deny", """
                - {name: office, action: Deny, principal: {headers: [{name: x-team, values: [guests]}]}}
                - {action: Allow, operation: {methods: [GET, POST]}, principal: {clientCIDRs: [127.0.0.0/8]}}
                - {action: Deny, operation: {methods: [DELETE]}, principal: {clientCIDRs: [0.0.0.0/0]}}
                - {action: Allow, operation: {path: {value: /anything/open}}, principal: {clientCIDRs: [0.0.0.0/0]}}
                """);
        rules("fallback", "Allow", """
                - {action: Deny, operation: {path: {type: Exact, value: /anything/admin}}, principal: {clientCIDRs: [127.0.0.1/32]}}
                - {action: Deny, operation: {path: {type: RegularExpression, value: "/anything/[0-9]+"}}, principal: {clientCIDRs: [0.0.0.0/0]}}
                - {action: Deny, operation: {path: {value: /anything, invert: true}}, principal: {clientCIDRs: [0.0.0.0/0]}}
                - {action: Deny, principal: {headers: [{name: x-api-key, values: [s3cret-value, other]}]}}
                """);
        rules("claims", "Deny", """
                - {name: admins, action: Allow, principal: {jwt: {provider: issuer, claims: [{name: org.unit.name, values: [root]}]}}}
                - {action: Allow, operation: {methods: [POST]}, principal: {jwt: {provider: issuer, scopes: [read, write]}}}
                - {action: Allow, operation: {methods: [PUT]}, principal: {jwt: {provider: issuer, scopes: [read, admin]}}}
                - {action: Allow, operation: {methods: [PATCH]}, principal: {jwt: {provider: issuer, claims: [{name: roles, valueType: StringArray, values: [writer, owner]}]}}}
                - {action: Allow, operation: {methods: [DELETE]}, principal: {jwt: {provider: issuer, claims: [{name: roles, values: [writer]}]}}}
                - {action: Allow, operation: {methods: [GET]}, principal: {jwt: {provider: issuer, claims: [{name: age, values: ["42"]}]}}}
                - {action: Allow, operation: {methods: [HEAD]}, principal: {jwt: {provider: issuer, claims: [{name: org.unit.name, values: [sales, root]}, {name: sub, values: [alice]}]}}}
                """);
        String time = "request.time.getHours('Europe/Berlin')";
        cel(
                "hours",
                time + " >= 0 && " + time
                        + " < 24 && request.time.getDayOfWeek('America/New_York') in [0, 1, 2, 3, 4, 5, 6]");
        cel("never", time + " == 24");
        cel("until", "request.time < timestamp('2020-01-01T00:00:00Z')");
        cel("since", "request.time - timestamp('2020-01-01T00:00:00Z') > duration('24h')");
        cel("host", "request.host == 'host.test'");
        cel("nested", CLAIMS + ".org.unit.name == 'sales'");
        cel("number", CLAIMS + ".age >= 18 && " + CLAIMS + "['age'] == 42");
        cel("boolean", CLAIMS + ".verified");
        cel("wildcard", CLAIMS + ".email.endsWith('@example.com') && " + CLAIMS + ".email.matches('^a.*@')");
        cel("list", "'writer' in " + CLAIMS + ".roles && size(" + CLAIMS + ".roles) == 2");
        cel("scopes", "'read' in " + CLAIMS + ".scope && !('admin' in " + CLAIMS + ".scope)");
        cel("missing", CLAIMS + ".nothing == ''");
        cel("guarded", "!has(" + CLAIMS + ".nothing)");
        cel("header", "request.headers['X-Plan'] == 'gold'");
        cel("noheader", "!('x-plan' in request.headers)");
        cel("either", "request.headers['x-plan'] == 'gold' || request.method == 'GET'");
        cel("noboolean", "request.method");
        cel("plain", "!connection.mtls && request.scheme == 'http' && request.protocol == 'HTTP/1.1'");
        cel("query", "request.path == '/anything?a=b' && request.url_path == '/anything' && request.query == 'a=b'");
        cel("address", "source.address.startsWith('127.0.0.1:')");
        rules("noon", "Deny", "- {action: Allow, cel: \"" + time + " == 12\"}\n");
        policy(
                "unknown",
                "  authorization: {defaultAction: Allow, rules: [{action: Deny, cel: \"request.user_agent == 'x'\"}]}\n");
    }

    private void policy(String name, String spec) {
        files.append(CASE.replace("${name}", name)).append(spec);
    }

    private void rules(String name, String others, String rules) {
        policy(name, jwt() + "  authorization:\n    defaultAction: " + others + "\n    rules:\n" + rules.indent(4));
    }

    private void cel(String name, String expression) {
        expressions.put(name, expression);
        rules(name, "Deny", "- {action: Allow, cel: \"" + expression + "\"}\n");
    }

    private String jwt() {
        return "  jwt: {optional: true, providers: [{name: issuer, issuer: \"https://issuer.test\", audiences: [app],"
                + " localJWKS: {inline: '" + issuer.jwks() + "'}}]}\n";
    }

    private String token() throws GeneralSecurityException {
        return issuer.token("""
                {"iss": "https://issuer.test", "aud": ["app"], "sub": "alice", "exp": %d, "age": 42, "verified": true,
                 "email": "alice@example.com", "org": {"unit": {"name": "sales"}}, "roles": ["reader", "writer"],
                 "scope": "read write"}
                """.formatted(Instant.now().getEpochSecond() + 300));
    }

    @AfterAll
    void stop() throws Exception {
        gatehouse.close();
    }

    /** A request, and the status that Envoy must answer. */
    private record Ask(String method, String host, String path, int status, String... headers) {}

    @Test
    void envoyAndExplainAgreeOnRulesWithAndWithoutAToken() throws Exception {
        String guest = "x-team: guests";
        List<Ask> asks = List.of(
                new Ask("GET", "order", "/anything", 200),
                new Ask("GET", "order", "/anything", 403, guest),
                new Ask("POST", "order", "/anything/open", 403, guest),
                new Ask("DELETE", "order", "/anything/open", 403),
                new Ask("PUT", "order", "/anything/open", 200),
                new Ask("PUT", "order", "/anything/openly", 403),
                new Ask("PUT", "order", "/anything/x/../open?q=1", 200),
                new Ask("GET", "fallback", "/anything", 200),
                new Ask("GET", "fallback", "/anything/admin", 403),
                new Ask("GET", "fallback", "/anything/admin?x=y", 403),
                new Ask("GET", "fallback", "/anything/admin;x=y", 403),
                new Ask("GET", "fallback", "/anything/admins", 200),
                new Ask("GET", "fallback", "/anything/12?a", 403),
                new Ask("GET", "fallback", "/anything/12a", 200),
                new Ask("GET", "fallback", "/get", 403),
                new Ask("GET", "fallback", "/anything", 403, "x-api-key: s3cret-value"),
                new Ask("GET", "claims", "/anything", 403),
                new Ask("POST", "claims", "/anything", 403),
                new Ask("GET", "unknown", "/anything", 500));
        for (Ask ask : asks) {
            agrees(ask, false);
        }
        agrees(new Ask("POST", "claims", "/anything", 200), true);
        agrees(new Ask("PUT", "claims", "/anything", 403), true);
        agrees(new Ask("PATCH", "claims", "/anything", 200), true);
        agrees(new Ask("DELETE", "claims", "/anything", 403), true);
        agrees(new Ask("GET", "claims", "/anything", 403), true);
        agrees(new Ask("HEAD", "claims", "/anything", 200), true);
    }

    @Test
    void envoyAndExplainAgreeOnExpressionsOverTimeHostsAndClaims() throws Exception {
        Predicate<String> withToken =
                name -> List.of("nested", "number", "boolean", "wildcard", "list", "scopes", "guarded")
                        .contains(name);
        List<String> never = List.of("never", "until", "missing", "header", "noboolean", "query");
        for (String name : expressions.keySet()) {
            agrees(new Ask("GET", name, "/anything", never.contains(name) || withToken.test(name) ? 403 : 200), false);
            agrees(new Ask("GET", name, "/anything", never.contains(name) ? 403 : 200), true);
        }
        agrees(new Ask("GET", "query", "/anything?a=b", 200), false);
        agrees(new Ask("GET", "header", "/anything", 200, "x-plan: gold"), false);
        agrees(new Ask("GET", "noheader", "/anything", 403, "x-plan: gold"), false);
        agrees(new Ask("POST", "either", "/anything", 403, "x-plan: silver"), false);
        agrees(new Ask("POST", "either", "/anything", 200, "x-plan: gold"), false);
    }

    @Test
    void explainJudgesTimeAsItIsInTheZone() throws Exception {
        Ask ask = new Ask("GET", "noon", "/anything", 0);
        // Berlin is an hour ahead of UTC in winter, and two in summer.
        for (Map.Entry<String, String> each : Map.of(
                        "2026-01-15T11:30:00Z",
                        "passes",
                        "2026-07-15T10:30:00Z",
                        "passes",
                        "2026-07-15T11:30:00Z",
                        "refused")
                .entrySet()) {
            assertThat(explain(ask, false, "--at", each.getKey())
                            .getJsonObject("decision")
                            .getString("verdict"))
                    .as(each.getKey())
                    .isEqualTo(each.getValue());
        }
        int hour = ZonedDateTime.now(ZoneId.of("Europe/Berlin")).getHour();
        int status = status(ask, false);
        if (hour == ZonedDateTime.now(ZoneId.of("Europe/Berlin")).getHour()) {
            assertThat(status).isEqualTo(hour == 12 ? 200 : 403);
        }
    }

    @Test
    void anExplanationNamesPolicyRuleAndConditionsAndHasNoSecretInIt() throws Exception {
        String text = execute(
                new Ask(
                        "DELETE",
                        "claims",
                        "/anything",
                        403,
                        "x-api-key: s3cret-value",
                        "Cookie: session=s3cret-cookie"),
                true,
                "-o",
                "text");
        assertThat(text)
                .contains("SecurityPolicy default/claims (for HTTPRoute default/claims)")
                .contains("refused, by authorization, defaultAction: 403: denies it")
                .contains("of issuer: iss https://issuer.test, sub alice, exp ")
                .contains("authorization, rule 0 \"admins\": skipped")
                .contains("no: claim org.unit.name is sales (expected: root)")
                .contains("no: method is DELETE (expected: POST)")
                .contains("yes: method is DELETE (expected: DELETE)")
                .contains("no: claim roles is the list reader, writer (expected: writer)")
                .doesNotContain("s3cret")
                .doesNotContain(token().split("\\.")[0]);
        assertThat(execute(
                        new Ask("GET", "fallback", "/anything", 403, "x-api-key: s3cret-value"), false, "-o", "json"))
                .doesNotContain("s3cret");
    }

    private void agrees(Ask ask, boolean withToken) throws Exception {
        int status = status(ask, withToken);
        assertThat(status).as("Envoy: " + ask + ", token " + withToken).isEqualTo(ask.status());
        JsonObject gateway = explain(ask, withToken);
        JsonObject decision = gateway.getJsonObject("decision");
        assertThat(decision.getString("verdict"))
                .as("explain: " + ask + ", token " + withToken + ": " + gateway.encodePrettily())
                .isEqualTo(status == 200 ? "passes" : "refused");
        if (status != 200) {
            assertThat(decision.getString("why")).contains(Integer.toString(status));
        }
    }

    private JsonObject explain(Ask ask, boolean withToken, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("-o", "json"));
        return new JsonObject(execute(ask, withToken, all.toArray(String[]::new)))
                .getJsonArray("gateways")
                .getJsonObject(0);
    }

    private String execute(Ask ask, boolean withToken, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "authz",
                "explain",
                "-f",
                file.toString(),
                "--source",
                "127.0.0.1",
                "-X",
                ask.method(),
                "-H",
                "Host: " + ask.host() + ".test"));
        for (String header : ask.headers()) {
            arguments.addAll(List.of("-H", header));
        }
        if (withToken) {
            arguments.addAll(List.of("--token", token()));
        }
        arguments.addAll(List.of(options));
        arguments.add("http://127.0.0.1:" + port + ask.path());
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Gatehouse.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
        // The policy "unknown" is an error of the files.
        assertThat(code).as(() -> err.toString()).isEqualTo(1);
        assertThat(err.toString())
                .contains("spec.authorization.rules[0].cel: \"request.user_agent == 'x'\": 1:8: unknown name"
                        + " request.user_agent");
        return out.toString();
    }

    private int status(Ask ask, boolean withToken) throws Exception {
        List<String> lines = new ArrayList<>(List.of(
                ask.method() + " " + ask.path() + " HTTP/1.1",
                "Host: " + ask.host() + ".test",
                "Connection: close",
                "Content-Length: 0"));
        lines.addAll(List.of(ask.headers()));
        if (withToken) {
            lines.add("Authorization: Bearer " + token());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
        }
    }
}
