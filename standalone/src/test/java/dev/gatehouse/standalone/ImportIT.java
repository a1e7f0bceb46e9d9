package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.OpenIdProvider;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users sign on through a real Envoy by policies that {@code gatehouse import} wrote. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ImportIT {
    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: http, protocol: HTTP, port: ${port}}
              - {name: second, protocol: HTTP, port: ${second}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: app, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${app}}}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: second, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: second}]
              rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]}]
            ---
            """;

    private final List<Integer> ports = FreePorts.some(4);
    private final OpenIdProvider provider = new OpenIdProvider(InstantSource.system());

    @SuppressWarnings("NullAway.Init")
    private HttpServer app;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.createContext("/", exchange -> {
            byte[] seen = (exchange.getRequestURI() + "\n"
                            + exchange.getRequestHeaders().entrySet())
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, seen.length);
            exchange.getResponseBody().write(seen);
            exchange.close();
        });
        app.start();
        Files.writeString(folder.resolve("oauth2-proxy.cfg"), """
                provider = "oidc"
                oidc_issuer_url = "%s"
                client_id = "%s"
                client_secret = "%s"
                cookie_secret = "0123456789abcdef"
                email_domains = [ "example.com" ]
                allowed_groups = [ "staff", "admins" ]
                upstreams = [ "http://127.0.0.1:%d/" ]
                skip_auth_routes = [ "GET=^/open/(a|b)$" ]
                api_routes = [ "^/api/" ]
                """.formatted(
                        provider.issuer(),
                        OpenIdProvider.CLIENT,
                        OpenIdProvider.SECRET,
                        app.getAddress().getPort()));
        Files.writeString(folder.resolve("authservice.json"), """
                {"chains": [{"name": "second", "filters": [{"oidc": {
                  "configuration_uri": "%s/.well-known/openid-configuration",
                  "callback_uri": "http://127.0.0.1:%d/oauth/callback",
                  "client_id": "%s", "client_secret": "%s", "scopes": ["email"],
                  "id_token": {"header": "authorization", "preamble": "Bearer"},
                  "logout": {"path": "/bye"}}}]}]}
                """.formatted(
                        provider.issuer(), ports.get(3), OpenIdProvider.CLIENT, OpenIdProvider.SECRET));
        Path objects = Files.createDirectory(folder.resolve("objects"));
        Files.writeString(
                objects.resolve("gateway.yaml"),
                GATEWAY.replace("${port}", Integer.toString(ports.get(2)))
                        .replace("${second}", Integer.toString(ports.get(3)))
                        .replace("${app}", Integer.toString(app.getAddress().getPort())));
        Files.writeString(
                objects.resolve("oauth2-proxy.yaml"),
                // The route is for one listener of two.
                imported("oauth2-proxy", folder.resolve("oauth2-proxy.cfg").toString(), "--gateway", "front")
                        .replace("  - name: front\n", "  - name: front\n    sectionName: http\n"));
        Files.writeString(
                objects.resolve("authservice.yaml"),
                imported(
                        "authservice",
                        folder.resolve("authservice.json").toString(),
                        "--name",
                        "second",
                        "--target",
                        "HTTPRoute/second"));
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), objects);
        Await.orSilent(this::serves, () -> gatehouse.lines().size(), () -> gatehouse.output());
    }

    private static String imported(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] all = new String[arguments.length + 1];
        all[0] = "import";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        int code = Gatehouse.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all);
        assertThat(code).as(err.toString()).isZero();
        return out.toString();
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
            return browser().get("/").statusCode() == 302
                    && new SignOnBrowser(ports.get(3)).get("/").statusCode() == 302;
        } catch (ConnectException e) {
            return false;
        }
    }

    private SignOnBrowser browser() {
        return new SignOnBrowser(ports.get(2));
    }

    private HttpResponse<String> signedOn(String email, @Nullable Boolean verified, List<String> groups)
            throws Exception {
        provider.claims = claims -> {
            claims.put("email", email);
            claims.put("groups", groups);
            if (verified != null) {
                claims.put("email_verified", verified);
            }
        };
        return browser().signOn("/cart?item=1");
    }

    @Test
    void usersOfTheDomainAndOfAGroupPassAndTheBackendIsToldWhoTheyAre() throws Exception {
        HttpResponse<String> page = signedOn("alice@example.com", true, List.of("guests", "staff"));
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        assertThat(page.body())
                .startsWith("/cart?item=1")
                .contains("X-forwarded-user=[alice]")
                .contains("X-forwarded-email=[alice@example.com]")
                .contains("X-forwarded-groups=[guests,staff]");
        assertThat(signedOn("alice@example.com", null, List.of("admins")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void othersAreSignedOnAndRefused() throws Exception {
        for (String email : List.of(
                "alice@evil.com",
                "alice@evil.com@example.com",
                "alice@notexample.com",
                "example.com",
                "alice@example.com.evil")) {
            assertThat(signedOn(email, true, List.of("staff")).statusCode())
                    .as(email)
                    .isEqualTo(403);
        }
        assertThat(signedOn("alice@example.com", false, List.of("staff")).statusCode())
                .as("an address that is not verified")
                .isEqualTo(403);
        assertThat(signedOn("alice@example.com", true, List.of("guests")).statusCode())
                .isEqualTo(403);
        assertThat(signedOn("alice@example.com", true, List.of()).statusCode()).isEqualTo(403);
    }

    @Test
    void pathsThatNeedNoSessionAreOpenAndNoOthers() throws Exception {
        assertThat(browser().get("/open/a").statusCode()).isEqualTo(200);
        assertThat(browser().get("/open/b?x=1").statusCode()).isEqualTo(200);
        for (String path : List.of(
                "/open/c", "/open/a/b", "/x/open/a", "/?/open/a", "/x?y=/open/a", "/open/a/../c", "/open/a;c")) {
            assertThat(browser().get(path).statusCode()).as(path).isEqualTo(302);
        }
        assertThat(browser().post("/open/a", "x").statusCode())
                .as("another method")
                .isEqualTo(401);
    }

    @Test
    void pathsOfAnApiAreRefusedAndNotLedAway() throws Exception {
        assertThat(browser().get("/api/orders?a=b").statusCode()).isEqualTo(401);
        assertThat(browser().get("/x?next=/api/orders").statusCode()).isEqualTo(302);
    }

    @Test
    void theLogoutOfOauth2ProxyEndsTheSession() throws Exception {
        provider.claims = claims -> claims.putAll(Map.of("email", "alice@example.com", "groups", List.of("staff")));
        SignOnBrowser browser = browser();
        assertThat(browser.signOn("/").statusCode()).isEqualTo(200);
        assertThat(browser.get("/oauth2/sign_out").statusCode()).isEqualTo(302);
        assertThat(browser.get("/").statusCode()).isEqualTo(302);
    }

    @Test
    void aChainOfAuthserviceSignsUsersOnAndOut() throws Exception {
        provider.claims = _ -> {};
        SignOnBrowser browser = new SignOnBrowser(ports.get(3));
        HttpResponse<String> page = browser.signOn("/a?b=c");
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        assertThat(page.body()).contains("Authorization=[Bearer ey");
        assertThat(browser.get("/bye").statusCode()).isEqualTo(302);
        assertThat(browser.get("/a").statusCode()).isEqualTo(302);
    }
}
