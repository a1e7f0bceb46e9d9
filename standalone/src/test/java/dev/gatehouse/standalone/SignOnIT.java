package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.OpenIdProvider;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users sign on through a real Envoy, at a provider on the same machine; the application tells what it got. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SignOnIT {
    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
            ${listeners}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: app, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${app}}}]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: client, namespace: default}
            stringData: {client-id: gatehouse, client-secret: "${secret}"}
            """;

    private static final String ROUTE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: "${listener}"}]
              rules:
              - matches: [{path: {value: "${path}"}}]
                backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
            """;

    private static final String POLICY = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, ${target}}]
              oidc:
                provider: {issuer: "${issuer}"}
                clientIDRef: {name: client}
                clientSecret: {name: client}
            """;

    private static final List<String> APPLICATIONS = List.of("shop", "parts", "api", "staff", "merged", "whole");

    private final List<Integer> ports = FreePorts.some(2 + APPLICATIONS.size());
    private final StringBuilder files = new StringBuilder();
    private final OpenIdProvider provider = new OpenIdProvider(InstantSource.system());

    @SuppressWarnings("NullAway.Init")
    private HttpServer app;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.createContext("/", exchange -> {
            String seen = exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n"
                    + exchange.getRequestHeaders().entrySet().stream()
                            .map(header -> header.getKey() + ": " + header.getValue())
                            .sorted()
                            .collect(Collectors.joining("\n"));
            byte[] bytes = seen.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        app.start();
        String listeners = APPLICATIONS.stream()
                .map(name -> "  - {name: " + name + ", protocol: HTTP, port: " + port(name) + "}")
                .collect(Collectors.joining("\n"));
        files.append(OBJECTS.replace("${listeners}", listeners)
                .replace("${app}", Integer.toString(app.getAddress().getPort()))
                .replace("${secret}", OpenIdProvider.SECRET));
        application("shop", "/", "    forwardAccessToken: true\n");
        application("parts", "/part", "");
        application("api", "/", """
                    passThroughAuthHeader: true
                    denyRedirect: {headers: [{name: X-Requested-With, value: XMLHttpRequest}, {name: ":path", type: Prefix, value: /data}]}
                """ + "    forwardIDToken: {header: X-Id-Token}\n" + verifying("subject"));
        application("staff", "/", """
                    cookieNames: {idToken: IdToken}
                """ + verifying("cookie") + """
                  authorization:
                    defaultAction: Deny
                    rules:
                    - {action: Allow, principal: {jwt: {provider: cookie, claims: [{name: sub, values: [alice]}]}}}
                """);
        application("merged", "/", "");
        files.append("""
                ---
                apiVersion: gatehouse.dev/v1alpha1
                kind: SSOPolicy
                metadata: {name: merged, namespace: default}
                spec:
                  targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: merged}]
                  session: {store: Cookie, idleTimeout: 10m}
                  claimToHeaders: [{header: X-User, claim: sub}]
                """);
        // Beside it on the same host: a policy of its own, whose answers come to the same path; and one that is merged
        // with the Gateway's.
        files.append(ROUTE.replace("${name}", "own-part")
                        .replace("${listener}", "parts")
                        .replace("${path}", "/own"))
                .append(POLICY.replace("${name}", "own-part")
                        .replace("${target}", "kind: HTTPRoute, name: own-part")
                        .replace("${issuer}", provider.issuer()))
                .append(ROUTE.replace("${name}", "whole")
                        .replace("${listener}", "whole")
                        .replace("${path}", "/"))
                .append(POLICY.replace("${name}", "whole")
                        .replace("${target}", "kind: Gateway, name: front, sectionName: whole")
                        .replace("${issuer}", provider.issuer()))
                .append(ROUTE.replace("${name}", "counted")
                        .replace("${listener}", "whole")
                        .replace("${path}", "/counted"))
                .append("""
                        ---
                        apiVersion: gateway.envoyproxy.io/v1alpha1
                        kind: SecurityPolicy
                        metadata: {name: counted, namespace: default}
                        spec:
                          targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: counted}]
                          mergeType: StrategicMerge
                          cors: {allowOrigins: ["https://counted.example"]}
                        """);
        Files.writeString(Files.createDirectory(folder.resolve("objects")).resolve("all.yaml"), files.toString());
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), folder.resolve("objects"));
        Await.orSilent(this::serves, () -> gatehouse.lines().size(), () -> gatehouse.output());
    }

    private int port(String application) {
        return ports.get(2 + APPLICATIONS.indexOf(application));
    }

    private void application(String name, String path, String more) {
        files.append(ROUTE.replace("${name}", name).replace("${listener}", name).replace("${path}", path))
                .append(POLICY.replace("${name}", name)
                        .replace("${target}", "kind: HTTPRoute, name: " + name)
                        .replace("${issuer}", provider.issuer()))
                .append(more);
    }

    /** A jwt section: of the tokens in the header that clients use, or of those that the policy calls a cookie. */
    private String verifying(String name) {
        return """
                  jwt:
                    optional: %s
                    providers:
                    - name: %s
                      issuer: "%s"
                      remoteJWKS: {uri: "%s/jwks"}
                      claimToHeaders: [{header: X-Subject, claim: sub}]
                %s""".formatted(
                        name.equals("subject"),
                        name,
                        provider.issuer(),
                        provider.issuer(),
                        name.equals("cookie") ? "      extractFrom: {cookies: [IdToken]}\n" : "");
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        if (app != null) {
            app.stop(0);
        }
        provider.close();
    }

    private boolean serves() throws Exception {
        try {
            return new SignOnBrowser(port("shop")).get("/").statusCode() == 302
                    && new SignOnBrowser(port("staff")).get("/").statusCode() == 302;
        } catch (ConnectException e) {
            return false;
        }
    }

    @Test
    void aUserSignsOnAndComesToThePageThatWasAskedFor() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(port("shop"));
        HttpResponse<String> page = browser.signOn("/cart?item=1&note=a%20b");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).startsWith("GET /cart?item=1&note=a%20b").contains("Authorization: [Bearer ");
        assertThat(page.body()).as("its own cookies").doesNotContain("__Host-gh");
        assertThat(browser.get("/other").statusCode()).isEqualTo(200);
        assertThat(browser.cookies)
                .as("one small cookie")
                .hasSize(1)
                .allSatisfy((name, value) ->
                        assertThat(name.length() + 1 + value.length()).isLessThanOrEqualTo(100));
    }

    @Test
    void aRuleForAPartOfAHostHasItsUsersComeBack() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(port("parts"));
        assertThat(browser.signOn("/part/one").statusCode()).isEqualTo(200);
        assertThat(browser.get("/elsewhere").statusCode())
                .as("no rule is for it")
                .isEqualTo(404);
        HttpResponse<String> out = browser.get("/logout");
        assertThat(out.statusCode()).isEqualTo(302);
        assertThat(out.headers().firstValue("location")).get().asString().startsWith(provider.issuer() + "/logout");
        assertThat(browser.get("/part/one").statusCode()).isEqualTo(302);
    }

    @Test
    void aScriptIsRefusedAndNotLedAway() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(port("api"));
        HttpResponse<String> refused = browser.get("/", "X-Requested-With", "XMLHttpRequest");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("content-type"))
                .get()
                .asString()
                .contains("json");
        assertThat(browser.get("/data/1").statusCode()).isEqualTo(401);
    }

    @Test
    void aTokenOfAClientPassesWhereItIsVerified() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(port("api"));
        Map<String, Object> claims = Map.of(
                "iss",
                provider.issuer(),
                "sub",
                "robot",
                "exp",
                InstantSource.system().instant().getEpochSecond() + 60);
        HttpResponse<String> page = browser.get("/", "Authorization", "Bearer " + provider.sign(new TreeMap<>(claims)));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("X-subject: [robot]");
        String forged = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(browser.get("/", "Authorization", "Bearer " + forged + ".e30.AAAA")
                        .statusCode())
                .isEqualTo(401);
        for (String nothing : List.of(
                "Bearer ", "Bearer", "Bearer  ", "Bearer x", "Bearer ,", "Basic YTpi", "Bearer " + forged + ".e30.")) {
            assertThat(browser.get("/", "Authorization", nothing).statusCode())
                    .as("\"" + nothing + "\" lets nobody in")
                    .isNotEqualTo(200);
        }
        HttpResponse<String> signedOn = browser.signOn("/");
        assertThat(signedOn.statusCode()).isEqualTo(200);
        assertThat(signedOn.body()).contains("X-id-token: [ey");
    }

    @Test
    void aClaimOfTheSessionIsRequiredAndToldToTheBackend() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(port("staff"));
        HttpResponse<String> page = browser.signOn("/");
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        assertThat(page.body()).contains("X-subject: [alice]").doesNotContainIgnoringCase("x-gatehouse");
        assertThat(browser.get("/", "X-Gatehouse-Id-Token", "forged").statusCode())
                .isEqualTo(200);
        assertThat(new SignOnBrowser(port("staff"))
                        .get("/", "X-Gatehouse-Id-Token", "forged")
                        .statusCode())
                .isEqualTo(302);
        provider.subject = "bob";
        try {
            assertThat(new SignOnBrowser(port("staff")).signOn("/").statusCode())
                    .isEqualTo(403);
        } finally {
            provider.subject = "alice";
        }
    }

    @Test
    void policiesOfOneHostHaveTheirAnswersAtTheSamePath() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(port("parts"));
        assertThat(browser.signOn("/part").statusCode()).isEqualTo(200);
        assertThat(browser.get("/own").statusCode())
                .as("a session of another policy")
                .isEqualTo(302);
        assertThat(browser.signOn("/own").statusCode()).isEqualTo(200);
        assertThat(browser.get("/part").statusCode()).isEqualTo(200);
    }

    @Test
    void policiesThatAreMergedShareTheSession() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(port("whole"));
        assertThat(browser.signOn("/counted").statusCode()).isEqualTo(200);
        assertThat(browser.get("/").statusCode()).isEqualTo(200);
        assertThat(browser.cookies).hasSize(1);
        browser.get("/logout");
        assertThat(browser.get("/counted").statusCode()).isEqualTo(302);
    }

    @Test
    void aSessionInCookiesIsSealed() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(port("merged"));
        HttpResponse<String> page = browser.signOn("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("X-user: [alice]");
        assertThat(browser.get("/", "X-User", "root").body())
                .contains("X-user: [alice]")
                .doesNotContain("root");
    }

    @Test
    void theProviderEndsASessionOverItsBackChannel() throws Exception {
        for (String name : List.of("shop", "parts")) {
            SignOnBrowser browser = new SignOnBrowser(port(name));
            String page = name.equals("parts") ? "/part" : "/";
            provider.sid = "session-of-" + name;
            assertThat(browser.signOn(page).statusCode()).isEqualTo(200);
            HttpResponse<String> answer = browser.post("/oauth2/backchannel-logout", provider.logoutToken(token -> {}));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            Await.until(
                    () -> browser.get(page).statusCode() == 302,
                    Duration.ofSeconds(20),
                    () -> name + ": the session goes on");
            assertThat(browser.post("/oauth2/backchannel-logout", "nonsense").statusCode())
                    .isEqualTo(400);
        }
    }
}
