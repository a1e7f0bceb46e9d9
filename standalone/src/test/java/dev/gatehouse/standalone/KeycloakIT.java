package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.Chromium;
import dev.gatehouse.standalone.process.ExampleFiles;
import dev.gatehouse.standalone.process.Keycloak;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sign-on at a real Keycloak by a real browser, through a real Envoy: {@code examples/sso} as it is, on other ports, and beside it an application whose tokens
 * are short-lived, that hears of logouts on the front channel, and that has tokens exchanged.
 */
// The waits are bounded by themselves; this ends a test that hangs.
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeycloakIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String REALM = "example";

    private static final String MORE = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: side, namespace: sso}
            spec:
              gatewayClassName: teg
              listeners: [{name: http, protocol: HTTP, port: ${side}}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: side, namespace: sso}
            spec:
              parentRefs: [{name: side}]
              rules: [{backendRefs: [{name: httpbin, port: 8000}]}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: exchanged, namespace: sso}
            spec:
              parentRefs: [{name: side}]
              rules:
              - matches: [{path: {value: /anything/exchanged}}]
                backendRefs: [{name: httpbin, port: 8000}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: gold, namespace: sso}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /anything/gold}}]
                backendRefs: [{name: httpbin, port: 8000}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: side, namespace: sso}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: side}]
              oidc:
                provider: {issuer: "${issuer}"}
                clientID: side
                clientSecret: {name: keycloak-client}
                forwardAccessToken: true
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: exchanged, namespace: sso}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: exchanged}]
              mergeType: StrategicMerge
              cors: {allowOrigins: ["https://elsewhere.example"]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: gold, namespace: sso}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: gold}]
              mergeType: StrategicMerge
              cors: {allowOrigins: ["https://elsewhere.example"]}
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: SSOPolicy
            metadata: {name: exchanged, namespace: sso}
            spec:
              targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: exchanged}]
              tokenExchange: {audience: backend}
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: SSOPolicy
            metadata: {name: gold, namespace: sso}
            spec:
              targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: gold}]
              stepUp: {acrValues: [gold]}
            """;

    /** What the example's realm does not have: {@code gold} is the password once more, and each time. */
    private static final String FLOWS = """
            {"authenticationFlows": [
              {"alias": "steps", "providerId": "basic-flow", "topLevel": true, "authenticationExecutions": [
                {"authenticator": "auth-cookie", "requirement": "ALTERNATIVE", "priority": 10},
                {"flowAlias": "steps forms", "authenticatorFlow": true, "requirement": "ALTERNATIVE", "priority": 20}]},
              {"alias": "steps forms", "providerId": "basic-flow", "authenticationExecutions": [
                {"flowAlias": "silver", "authenticatorFlow": true, "requirement": "CONDITIONAL", "priority": 10},
                {"flowAlias": "gold", "authenticatorFlow": true, "requirement": "CONDITIONAL", "priority": 20}]},
              {"alias": "silver", "providerId": "basic-flow", "authenticationExecutions": [
                {"authenticator": "conditional-level-of-authentication", "authenticatorConfig": "silver", "requirement": "REQUIRED", "priority": 10},
                {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 20}]},
              {"alias": "gold", "providerId": "basic-flow", "authenticationExecutions": [
                {"authenticator": "conditional-level-of-authentication", "authenticatorConfig": "gold", "requirement": "REQUIRED", "priority": 10},
                {"authenticator": "auth-password-form", "requirement": "REQUIRED", "priority": 20}]}],
             "authenticatorConfig": [
              {"alias": "silver", "config": {"loa-condition-level": "1", "loa-max-age": "36000"}},
              {"alias": "gold", "config": {"loa-condition-level": "2", "loa-max-age": "0"}}],
             "browserFlow": "steps",
             "attributes": {"acr.loa.map": "{\\"silver\\": 1, \\"gold\\": 2}"}}
            """;

    private final WebClient web = new WebClient();
    private final List<Integer> ports = FreePorts.some(6);
    private final int app = ports.get(0);
    private final int side = ports.get(1);

    @SuppressWarnings("NullAway.Init")
    private Keycloak keycloak;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        int provider = ports.get(2);
        keycloak = new Keycloak(provider, folder);
        keycloak.realm(realm());
        ExampleFiles files = ExampleFiles.copy("sso", folder)
                .listenerPorts("gateway.yaml", app)
                .endpointPorts("backend.yaml", ports.get(3))
                .edit("sign-on.yaml", text -> text.replace("http://localhost:8180", "http://localhost:" + provider));
        files.write(
                "more.yaml",
                MORE.replace("${side}", Integer.toString(side)).replace("${issuer}", keycloak.issuer(REALM)));
        gatehouse = ChildJvm.serving(ports.get(4), ports.get(5), files.folder());
        gatehouse.await(() -> web.status(app, "/") == 302 && web.status(side, "/") == 302);
    }

    /** The example's, with the ports of this test, the steps, and the client of the application beside it. */
    private JsonObject realm() throws IOException {
        JsonObject realm = new JsonObject(Files.readString(ChildJvm.repository().resolve("examples/sso/keycloak.realm"))
                .replace("localhost:10080", "localhost:" + app));
        realm.mergeIn(new JsonObject(FLOWS));
        realm.getJsonObject("roles")
                .put(
                        "client",
                        new JsonObject().put("backend", new JsonArray().add(new JsonObject().put("name", "use"))));
        realm.getJsonArray("users")
                .getJsonObject(0)
                .put("clientRoles", new JsonObject().put("backend", new JsonArray().add("use")));
        realm.getJsonArray("clients")
                .add(new JsonObject()
                        .put("clientId", "side")
                        .put("secret", "example-secret")
                        .put("redirectUris", new JsonArray().add("http://localhost:" + side + "/oauth2/callback"))
                        .put("frontchannelLogout", true)
                        .put(
                                "attributes",
                                new JsonObject()
                                        .put("access.token.lifespan", "8")
                                        .put("standard.token.exchange.enabled", "true")
                                        .put("post.logout.redirect.uris", "http://localhost:" + side + "/*")
                                        .put("frontchannel.logout.session.required", "true")
                                        .put(
                                                "frontchannel.logout.url",
                                                "http://localhost:" + side + "/oauth2/frontchannel-logout")))
                .add(new JsonObject().put("clientId", "backend").put("standardFlowEnabled", false));
        return realm;
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        if (keycloak != null) {
            keycloak.close();
        }
        web.close();
    }

    private static String text(Chromium browser) {
        return String.valueOf(browser.evaluate("document.body.innerText"));
    }

    private static boolean asksForPassword(Chromium browser) {
        return Boolean.TRUE.equals(browser.evaluate("document.querySelector('form input[type=password]') !== null"));
    }

    private void open(Chromium browser, int port, String path) {
        browser.open("http://localhost:" + port + path);
    }

    /** Fills in what Keycloak asks for: a name, where it asks for one, and the password, which is the name. */
    private void fillIn(Chromium browser, String user) {
        assertThat(asksForPassword(browser)).as(text(browser)).isTrue();
        browser.follow("""
                (() => {
                  const name = document.querySelector('form input[name=username]:not([type=hidden])');
                  if (name) { name.value = '%1$s'; }
                  const password = document.querySelector('form input[type=password]');
                  password.value = '%1$s';
                  password.form.querySelector('[type=submit]').click();
                })()""".formatted(user));
    }

    private void signOn(Chromium browser, int port, String path, String user) {
        open(browser, port, path);
        fillIn(browser, user);
    }

    /** A header as the application got it. */
    private static String header(Chromium browser, String name) {
        Object value = new JsonObject(text(browser)).getJsonObject("headers").getValue(name, "");
        return value instanceof JsonArray several ? several.getString(0) : String.valueOf(value);
    }

    private static JsonObject claims(String authorization) {
        assertThat(authorization).startsWith("Bearer ");
        return new JsonObject(
                new String(Base64.getUrlDecoder().decode(authorization.split("\\.")[1]), StandardCharsets.UTF_8));
    }

    @Test
    void aUserSignsOnAndIsWhereHeWanted() throws Exception {
        try (Chromium browser = Chromium.start()) {
            signOn(browser, app, "/anything/orders?id=7&note=a%20b#last", "alice");
            assertThat(browser.evaluate("location.pathname + location.search"))
                    .isEqualTo("/anything/orders?id=7&note=a%20b");
            assertThat(header(browser, "X-User")).isEqualTo("alice");
            assertThat(header(browser, "X-Email")).isEqualTo("alice@example.com");
            assertThat(text(browser)).doesNotContain("__Host-gh");
            open(browser, app, "/anything/other");
            assertThat(header(browser, "X-User")).isEqualTo("alice");
            assertThat(browser.complaints())
                    .noneMatch(each -> each.contains("localhost:" + app) && !each.contains("favicon.ico"));
        }
    }

    @Test
    void aRoleIsNeededForAPart() throws Exception {
        try (Chromium browser = Chromium.start()) {
            signOn(browser, app, "/anything/staff", "alice");
            assertThat(header(browser, "X-User")).isEqualTo("alice");
        }
        try (Chromium browser = Chromium.start()) {
            signOn(browser, app, "/anything/staff", "bob");
            assertThat(text(browser)).contains("RBAC: access denied");
            open(browser, app, "/anything/open");
            assertThat(header(browser, "X-User")).isEqualTo("bob");
        }
    }

    @Test
    void aWrongPasswordLetsNobodyIn() throws Exception {
        try (Chromium browser = Chromium.start()) {
            open(browser, app, "/anything");
            browser.evaluate("document.querySelector('form input[name=username]').value = 'alice'");
            browser.follow("""
                    (() => {
                      const password = document.querySelector('form input[type=password]');
                      password.value = 'wrong';
                      password.form.querySelector('[type=submit]').click();
                    })()""");
            assertThat(asksForPassword(browser)).as(text(browser)).isTrue();
            assertThat(web.status(app, "/anything", "Cookie", browser.cookies("http://localhost:" + app + "/")))
                    .isEqualTo(302);
        }
    }

    @Test
    void aUserSignsOut() throws Exception {
        try (Chromium browser = Chromium.start()) {
            signOn(browser, app, "/anything", "alice");
            String before = browser.cookies("http://localhost:" + app + "/");
            assertThat(web.status(app, "/anything", "Cookie", before)).isEqualTo(200);
            open(browser, app, "/logout");
            assertThat(web.status(app, "/anything", "Cookie", before))
                    .as("a copy of the cookie is worth nothing")
                    .isEqualTo(302);
            open(browser, app, "/anything");
            assertThat(asksForPassword(browser))
                    .as("the session at Keycloak has ended too: " + text(browser))
                    .isTrue();
        }
    }

    @Test
    void keycloakSignsAUserOut() throws Exception {
        try (Chromium browser = Chromium.start()) {
            signOn(browser, app, "/anything", "bob");
            String cookies = browser.cookies("http://localhost:" + app + "/");
            assertThat(web.status(app, "/anything", "Cookie", cookies)).isEqualTo(200);
            keycloak.signOut(REALM, "bob");
            Await.until(
                    () -> web.status(app, "/anything", "Cookie", cookies) == 302,
                    SOON,
                    () -> "the back channel did not end the session; " + keycloak.said());
            open(browser, app, "/anything");
            assertThat(asksForPassword(browser)).as(text(browser)).isTrue();
        }
    }

    @Test
    void aLogoutOfOneApplicationIsOneOfTheOther() throws Exception {
        try (Chromium browser = Chromium.start()) {
            signOn(browser, app, "/anything", "alice");
            open(browser, side, "/anything");
            assertThat(claims(header(browser, "Authorization")).getString("preferred_username"))
                    .as("no password was asked for")
                    .isEqualTo("alice");
            String cookies = browser.cookies("http://localhost:" + side + "/");
            assertThat(web.status(side, "/anything", "Cookie", cookies)).isEqualTo(200);
            open(browser, app, "/logout");
            Await.until(
                    () -> web.status(side, "/anything", "Cookie", cookies) == 302,
                    SOON,
                    () -> "the front channel did not end the session; " + text(browser));
        }
    }

    @Test
    void tokensAreRenewedWhileTheUserGoesOn() throws Exception {
        try (Chromium browser = Chromium.start()) {
            signOn(browser, side, "/anything", "alice");
            JsonObject first = claims(header(browser, "Authorization"));
            Await.until(
                    () -> {
                        open(browser, side, "/anything");
                        return claims(header(browser, "Authorization")).getLong("exp") > first.getLong("exp");
                    },
                    SOON,
                    () -> "the token is still " + first + "\n" + gatehouse.output());
            assertThat(claims(header(browser, "Authorization")).getString("sid"))
                    .as("the same session")
                    .isEqualTo(first.getString("sid"));
        }
    }

    @Test
    void theBackendGetsATokenOfItsOwn() throws Exception {
        try (Chromium browser = Chromium.start()) {
            signOn(browser, side, "/anything", "alice");
            JsonObject own = claims(header(browser, "Authorization"));
            open(browser, side, "/anything/exchanged");
            JsonObject exchanged = claims(header(browser, "Authorization"));
            assertThat(exchanged.getString("aud")).isEqualTo("backend");
            assertThat(exchanged.getString("azp")).isEqualTo("side");
            assertThat(exchanged.getString("sub")).isEqualTo(own.getString("sub"));
            assertThat(exchanged.getString("jti")).isNotEqualTo(own.getString("jti"));
        }
    }

    @Test
    void aPartAsksForMoreThanAPassword() throws Exception {
        try (Chromium browser = Chromium.start()) {
            signOn(browser, app, "/anything", "alice");
            open(browser, app, "/anything/gold?id=7");
            fillIn(browser, "alice");
            assertThat(browser.evaluate("location.pathname + location.search")).isEqualTo("/anything/gold?id=7");
            assertThat(header(browser, "X-User")).isEqualTo("alice");
            open(browser, app, "/anything/gold/again");
            assertThat(header(browser, "X-User")).as("once is enough").isEqualTo("alice");
        }
    }

    @Test
    void aScriptBringsAToken() throws Exception {
        String token = keycloak.token(
                REALM,
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "gatehouse",
                        "client_secret",
                        "example-secret",
                        "username",
                        "bob",
                        "password",
                        "bob"));
        HttpResponse<String> answer = web.get(app, "/anything", "Authorization", "Bearer " + token);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"bob\"");
        assertThat(web.status(app, "/anything/staff", "Authorization", "Bearer " + token))
                .isEqualTo(403);
        String broken = token.substring(0, token.length() - 8) + "AAAAAAAA";
        assertThat(web.status(app, "/anything", "Authorization", "Bearer " + broken))
                .isEqualTo(401);
        HttpResponse<String> none = web.get(app, "/anything", "Accept", "application/json");
        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(none.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
    }

    @Test
    void everyPolicyIsAccepted() {
        assertThat(gatehouse.lines())
                .filteredOn(line -> line.matches("(SecurityPolicy|SSOPolicy) sso/.*"))
                .hasSizeGreaterThan(8)
                .allMatch(line -> line.endsWith(" accepted"));
    }
}
