package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Single fields of {@code oidc}, through a real Envoy: each application has a provider of its own, which keeps what it was asked for. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SignOnFieldsIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** More than the lifetimes of tokens here, and the grace. */
    private static final Duration LATER = Duration.ofSeconds(6);

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

    private static final String APPLICATION = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: "${name}"}]
              rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
            ${fields}""";

    private static final String USUAL = """
              oidc:
                provider: {issuer: "${issuer}"}
                clientIDRef: {name: client}
                clientSecret: {name: client}
            """;

    /** By the application's name, what its policy has. */
    private static final Map<String, String> FIELDS = new LinkedHashMap<>();

    static {
        FIELDS.put("told", """
                  oidc:
                    provider:
                      issuer: "${issuer}"
                      authorizationEndpoint: "${issuer}/authorize"
                      tokenEndpoint: "${issuer}/token"
                      endSessionEndpoint: "${issuer}/bye"
                    clientIDRef: {name: client}
                    clientSecret: {name: client}
                    scopes: [openid, email]
                    resources: ["https://api.test"]
                """);
        FIELDS.put("cookies", """
                  oidc:
                    provider: {issuer: "${issuer}"}
                    clientIDRef: {name: client}
                    clientSecret: {name: client}
                    cookieConfig: {sameSite: None}
                    cookieDomain: shop.test
                    csrfTokenTTL: 2m
                """);
        FIELDS.put("named", """
                  oidc:
                    provider: {issuer: "${issuer}"}
                    clientIDRef: {name: client}
                    clientSecret: {name: client}
                    cookieNames: {accessToken: AccessToken}
                  jwt:
                    providers:
                    - name: cookie
                      issuer: "${issuer}"
                      remoteJWKS: {uri: "${issuer}/jwks"}
                      extractFrom: {cookies: [AccessToken]}
                      claimToHeaders: [{header: X-Of-Access-Token, claim: sub}]
                """);
        FIELDS.put("timed", """
                  oidc:
                    provider: {issuer: "${issuer}"}
                    clientIDRef: {name: client}
                    clientSecret: {name: client}
                    defaultTokenTTL: 2s
                """);
        FIELDS.put("untimed", USUAL);
        FIELDS.put("once", """
                  oidc:
                    provider: {issuer: "${issuer}"}
                    clientIDRef: {name: client}
                    clientSecret: {name: client}
                    defaultTokenTTL: 2s
                    refreshToken: false
                """);
        FIELDS.put("ended", """
                  oidc:
                    provider: {issuer: "${issuer}"}
                    clientIDRef: {name: client}
                    clientSecret: {name: client}
                    defaultTokenTTL: 2s
                    defaultRefreshTokenTTL: 3s
                ---
                apiVersion: gatehouse.dev/v1alpha1
                kind: SSOPolicy
                metadata: {name: ended, namespace: default}
                spec:
                  targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: ended}]
                  session: {providerOutageGrace: 1s}
                """);
    }

    private final List<String> names = List.copyOf(FIELDS.keySet());
    private final List<Integer> ports = FreePorts.some(2 + names.size());
    private final Map<String, OpenIdProvider> providers = new TreeMap<>();

    @SuppressWarnings("NullAway.Init")
    private HttpServer app;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.createContext("/", exchange -> {
            byte[] bytes = exchange.getRequestHeaders().entrySet().stream()
                    .map(header -> header.getKey() + ": " + header.getValue())
                    .sorted()
                    .collect(Collectors.joining("\n"))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        app.start();
        StringBuilder files = new StringBuilder(OBJECTS.replace(
                        "${listeners}",
                        names.stream()
                                .map(name -> "  - {name: " + name + ", protocol: HTTP, port: " + port(name) + "}")
                                .collect(Collectors.joining("\n")))
                .replace("${app}", Integer.toString(app.getAddress().getPort()))
                .replace("${secret}", OpenIdProvider.SECRET));
        for (String name : names) {
            OpenIdProvider provider = new OpenIdProvider(InstantSource.system());
            providers.put(name, provider);
            files.append(APPLICATION
                    .replace("${name}", name)
                    .replace("${fields}", Objects.requireNonNull(FIELDS.get(name)))
                    .replace("${issuer}", provider.issuer()));
        }
        OpenIdProvider told = provider("told");
        told.document = document -> List.of("authorization_endpoint", "token_endpoint", "end_session_endpoint")
                .forEach(endpoint -> document.put(endpoint, told.issuer() + "/wrong"));
        OpenIdProvider named = provider("named");
        // Of the access token that it would make itself.
        named.claims = claims -> claims.remove("at_hash");
        named.tokenAnswer = answer -> answer.put("access_token", accessToken(named));
        for (String name : List.of("timed", "untimed", "once", "ended")) {
            provider(name).tokenAnswer = answer -> answer.remove("expires_in");
        }
        Files.writeString(Files.createDirectory(folder.resolve("objects")).resolve("all.yaml"), files.toString());
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), folder.resolve("objects"));
        Await.orSilent(this::serves, () -> gatehouse.lines().size(), () -> gatehouse.output());
    }

    private static String accessToken(OpenIdProvider provider) {
        try {
            return provider.sign(new TreeMap<>(Map.of(
                    "iss",
                    provider.issuer(),
                    "sub",
                    "subject-of-access-token",
                    "exp",
                    InstantSource.system().instant().getEpochSecond() + 300)));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private OpenIdProvider provider(String name) {
        return Objects.requireNonNull(providers.get(name), name);
    }

    private int port(String name) {
        return ports.get(2 + names.indexOf(name));
    }

    private boolean serves() throws Exception {
        try {
            List<Integer> statuses = new ArrayList<>();
            for (String name : names) {
                statuses.add(new SignOnBrowser(port(name)).get("/").statusCode());
            }
            return statuses.stream().allMatch(status -> status == 302);
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
        providers.values().forEach(OpenIdProvider::close);
    }

    @Test
    void endpointsOfThePolicyCountAndNotThoseOfTheDocument() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(port("told"));
        assertThat(browser.signOn("/").statusCode()).isEqualTo(200);
        HttpResponse<String> out = browser.get("/logout");
        assertThat(out.headers().firstValue("location"))
                .get()
                .asString()
                .startsWith(provider("told").issuer() + "/bye");
    }

    @Test
    void theProviderIsAskedForTheScopesAndResourcesOfThePolicy() throws Exception {
        assertThat(new SignOnBrowser(port("told")).signOn("/").statusCode()).isEqualTo(200);
        Map<String, String> asked = provider("told").lastAuthorization;
        assertThat(asked.get("scope")).isEqualTo("openid email");
        assertThat(asked.get("resource")).isEqualTo("https://api.test");
    }

    @Test
    void cookiesAreForTheDomainAndTheSitesAndTheTimeOfThePolicy() throws Exception {
        HttpResponse<String> led = new SignOnBrowser(port("cookies")).get("/");
        assertThat(led.statusCode()).isEqualTo(302);
        assertThat(led.headers().allValues("set-cookie"))
                .isNotEmpty()
                .allSatisfy(cookie -> assertThat(cookie)
                        .contains("; SameSite=None")
                        .contains("; Domain=shop.test")
                        .contains("; Max-Age=120"));
    }

    @Test
    void theAccessTokenIsVerifiedByTheNameOfItsCookie() throws Exception {
        HttpResponse<String> page = new SignOnBrowser(port("named")).signOn("/");
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        assertThat(page.body()).contains("X-of-access-token: [subject-of-access-token]");
    }

    @Test
    void aTokenThatDoesNotSayHowLongItLivesHasTheTimeOfThePolicy() throws Exception {
        assertThat(new SignOnBrowser(port("untimed")).signOn("/").statusCode()).isNotEqualTo(200);
        SignOnBrowser browser = new SignOnBrowser(port("timed"));
        assertThat(browser.signOn("/").statusCode()).isEqualTo(200);
        Await.until(
                () -> browser.get("/").statusCode() == 200 && provider("timed").calls("refresh") > 0,
                SOON,
                () -> "the token is not renewed");
    }

    @Test
    void aSessionEndsWithItsTokenWhereTokensAreNotRenewed() throws Exception {
        SignOnBrowser browser = new SignOnBrowser(port("once"));
        assertThat(browser.signOn("/").statusCode()).isEqualTo(200);
        Await.until(() -> browser.get("/").statusCode() == 302, SOON, () -> "the session goes on");
        assertThat(provider("once").calls("refresh")).isZero();
    }

    @Test
    void aRefreshTokenThatDoesNotSayHowLongItLivesHasTheTimeOfThePolicy() throws Exception {
        SignOnBrowser ended = new SignOnBrowser(port("ended"));
        SignOnBrowser renewed = new SignOnBrowser(port("timed"));
        assertThat(ended.signOn("/").statusCode()).isEqualTo(200);
        assertThat(renewed.signOn("/").statusCode()).isEqualTo(200);
        long begin = System.nanoTime();
        Await.until(() -> System.nanoTime() - begin > LATER.toNanos(), SOON, () -> "the time is not over");
        assertThat(ended.get("/").statusCode()).isEqualTo(302);
        assertThat(renewed.get("/").statusCode()).isEqualTo(200);
    }
}
