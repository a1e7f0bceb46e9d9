package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.ApiKeyAuth;
import dev.gatehouse.api.authz.v1.BasicAuth;
import dev.gatehouse.api.authz.v1.Introspection;
import dev.gatehouse.authz.audit.AuditEvent;
import dev.gatehouse.authz.audit.Written;
import dev.gatehouse.authz.oidc.Browser.Reply;
import dev.gatehouse.testkit.OpenIdProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** The audit log: which events there are, what they say, and that no secret is in them. */
class AuditEventsTest extends SignOnFixture {
    private static final String BACK = "/oauth2/backchannel-logout";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private List<AuditEvent> audit() {
        return engine().audit();
    }

    private AuditEvent only() {
        assertThat(audit()).hasSize(1);
        return audit().removeFirst();
    }

    private void signOn() {
        assertThat(browser.signOn("/").allowed()).isTrue();
    }

    @Test
    void aLoginIsOneEvent() {
        policy(oidc -> {});
        signOn();
        AuditEvent login = only();
        assertThat(login.kind()).isEqualTo(AuditEvent.Kind.LOGIN);
        assertThat(List.of(login.policy(), login.provider(), login.subject(), login.outcome(), login.check()))
                .containsExactly(POLICY, "main", "alice", "ok", "oidc");
        assertThat(login.session()).matches("[A-Za-z0-9_-]{22}");
        assertThat(login.providerSession()).matches("[A-Za-z0-9_-]{22}");
        assertThat(login.time()).isBetween(clock.instant().minusSeconds(60), clock.instant());
    }

    @Test
    void whatASessionDoesFromItsLoginToItsEndHasOneDigest() {
        policy(oidc -> {});
        signOn();
        clock.move(Duration.ofSeconds(301));
        assertThat(browser.script("/").allowed()).isTrue();
        browser.get("/logout");
        assertThat(audit().stream().map(event -> event.kind() + event.ending() + event.outcome()))
                .containsExactly("LOGINok", "REFRESHok", "LOGOUTuserok");
        assertThat(audit().stream().map(AuditEvent::session).distinct()).hasSize(1);
        assertThat(audit().stream().map(AuditEvent::subject).distinct()).containsExactly("alice");
    }

    @Test
    void everyKindOfLogoutIsOneEventThatNamesItsKind() throws JOSEException {
        policy(oidc -> oidc.getSessionBuilder().setAbsoluteTimeout(seconds(1000)));
        signOn();
        String session = only().session();
        Browser other = new Browser(this::engine, POLICY);
        String token = provider.logoutToken(claims -> {});
        other.send(
                "POST",
                BACK,
                Map.of("content-type", "application/x-www-form-urlencoded"),
                "logout_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8));
        AuditEvent back = only();
        assertThat(back.kind() + " " + back.ending() + " " + back.sessions()).isEqualTo("LOGOUT back-channel 1");

        clock.move(Duration.ofSeconds(1));
        signOn();
        AuditEvent again = only();
        assertThat(again.session()).isNotEqualTo(session);
        assertThat(back.providerSession()).isEqualTo(again.providerSession());
        browser.get("/oauth2/frontchannel-logout?iss=" + URLEncoder.encode(provider.issuer(), StandardCharsets.UTF_8)
                + "&sid=" + provider.sid);
        AuditEvent front = only();
        assertThat(front.kind() + " " + front.ending() + " " + front.sessions()).isEqualTo("LOGOUT front-channel 1");
        assertThat(front.session()).isEqualTo(again.session());

        signOn();
        audit().clear();
        clock.move(Duration.ofSeconds(1001));
        Reply over = browser.script("/");
        assertThat(over.status()).isEqualTo(401);
        // The store may have let the session go before: then nobody saw it end.
        assertThat(audit().stream().map(event -> event.kind() + " " + event.ending() + " " + event.outcome()))
                .isSubsetOf("LOGOUT expiry ok", "DENIAL  session-over")
                .endsWith("DENIAL  session-over");
        audit().clear();

        signOn();
        audit().clear();
        provider.forgetRefreshTokens();
        clock.move(Duration.ofSeconds(301));
        browser.script("/");
        assertThat(audit().stream().map(event -> event.kind() + " " + event.ending() + " " + event.outcome()))
                .containsExactly("REFRESH  refused", "LOGOUT revocation ok", "DENIAL  session-over");
    }

    @Test
    void twoLogoutsAtOnceAreOneEvent() {
        policy(oidc -> {});
        signOn();
        audit().clear();
        Map<String, String> ticket = Map.copyOf(browser.cookies);
        browser.get("/logout");
        browser.cookies.putAll(ticket);
        browser.get("/logout");
        assertThat(only().ending()).isEqualTo("user");
    }

    @Test
    void aLoginThatFailsIsOneEventAndNoDenialBesides() {
        policy(oidc -> {});
        provider.authorizationAnswer = answer -> {
            answer.remove("code");
            answer.put("error", "access_denied");
        };
        assertThat(browser.get(browser.visit(browser.get("/").location())).status())
                .isEqualTo(403);
        AuditEvent failed = only();
        assertThat(failed.kind() + " " + failed.outcome() + " " + failed.detail())
                .isEqualTo("LOGIN provider-error access_denied");
        assertThat(failed.subject()).isEmpty();
    }

    @Test
    void aDenialSaysWhoAskedForWhatByWhichRequest() {
        policy(oidc -> {});
        browser.send(
                "GET",
                "/secret?code=s3cret-code",
                Map.of(
                        "accept", "application/json",
                        "x-request-id", "r-1\nforged line",
                        "traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01"));
        AuditEvent denial = only();
        assertThat(denial.kind() + " " + denial.outcome() + " " + denial.method() + " " + denial.host())
                .isEqualTo("DENIAL no-session GET app.example.com");
        assertThat(denial.trace()).isEqualTo(TRACE);
        assertThat(denial.request()).isEqualTo("r-1?forged line");
        assertThat(Written.of(denial)).doesNotContain("s3cret-code", "/secret");
    }

    @Test
    void theTraceIsThatOfB3WhereThatIsWhatAClientSends() {
        policy(oidc -> {});
        browser.send("GET", "/", Map.of("accept", "application/json", "b3", TRACE + "-00f067aa0ba902b7-1"));
        assertThat(only().trace()).isEqualTo(TRACE);
        browser.send("GET", "/", Map.of("accept", "application/json", "x-b3-traceid", "00f067aa0ba902b7"));
        assertThat(only().trace()).isEqualTo("00f067aa0ba902b7");
        browser.send("GET", "/", Map.of("accept", "application/json", "traceparent", "00-" + TRACE.replace('4', 'x')));
        assertThat(only().trace()).isEmpty();
    }

    @Test
    void whatIsLetThroughIsNoEvent() {
        policy(oidc -> {});
        signOn();
        audit().clear();
        assertThat(browser.get("/").allowed()).isTrue();
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(audit()).isEmpty();
    }

    /** Drives each kind of login, right and wrong, and looks for each secret that was part of it in everything that was logged or sent. */
    @Test
    void noSecretIsInAnyEventNorInTheLog() throws Exception {
        List<String> logged = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                logged.add(record.getMessage() + " " + java.util.Arrays.toString(record.getParameters()) + " "
                        + record.getThrown() + " " + org.jboss.logging.MDC.getMap());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        Logger ours = Logger.getLogger("dev.gatehouse");
        Level before = ours.getLevel();
        ours.setLevel(Level.ALL);
        root.addHandler(handler);
        Set<String> secrets = new HashSet<>(Set.of(OpenIdProvider.SECRET, provider.sid));
        HttpServer introspection = introspection();
        try {
            provider.tokenAnswer = answer -> List.of("access_token", "refresh_token", "id_token")
                    .forEach(name -> secrets.add(String.valueOf(answer.get(name))));
            policies(introspection.getAddress().getPort());
            signOn();
            secrets.addAll(browser.cookies.values());
            secrets.add(provider.lastTokenRequest.get("code"));
            secrets.add(provider.lastTokenRequest.get("code_verifier"));
            secrets.addAll(provider.lastAuthorization.entrySet().stream()
                    .filter(entry -> Set.of("state", "nonce", "code_challenge").contains(entry.getKey()))
                    .map(Map.Entry::getValue)
                    .toList());
            clock.move(Duration.ofSeconds(301));
            browser.script("/");
            String logoutToken = provider.logoutToken(claims -> {});
            secrets.add(logoutToken);
            for (String sent : List.of(logoutToken, logoutToken, "x" + logoutToken)) {
                new Browser(this::engine, POLICY)
                        .send(
                                "POST",
                                BACK,
                                Map.of("content-type", "application/x-www-form-urlencoded"),
                                "logout_token=" + URLEncoder.encode(sent, StandardCharsets.UTF_8));
            }
            signOn();
            secrets.addAll(browser.cookies.values());
            browser.get("/logout");
            // A code that the provider refuses, a state that is nobody's, an answer with another user's nonce.
            browser.get("/oauth2/callback?code=stolen-code-1&state=stolen-state-1");
            String begun = browser.get("/").location();
            String state = parameter(begun, "state");
            secrets.addAll(Set.of("stolen-code-1", "stolen-state-1", "stolen-code-2", state));
            browser.get("/oauth2/callback?code=stolen-code-2&state=" + state + "&iss="
                    + URLEncoder.encode(provider.issuer(), StandardCharsets.UTF_8));
            provider.claims = claims -> claims.put("nonce", "another");
            browser.signOn("/");
            for (String credentials : List.of("key-right", "key-wrong")) {
                secrets.add(credentials);
                new Browser(this::engine, "shop/keys").send("GET", "/?k=" + credentials, Map.of("x-key", credentials));
            }
            for (String password : List.of("password-right", "password-wrong")) {
                secrets.add(password);
                String pair = Base64.getEncoder().encodeToString(("ann:" + password).getBytes(StandardCharsets.UTF_8));
                secrets.add(pair);
                new Browser(this::engine, "shop/users").send("GET", "/", Map.of("authorization", "Basic " + pair));
            }
            for (String token : List.of("opaque-right", "opaque-wrong", "opaque-broken")) {
                secrets.add(token);
                new Browser(this::engine, "shop/tokens").send("GET", "/", Map.of("authorization", "Bearer " + token));
            }
            secrets.add("introspection-secret");
            Written.log(audit());
            audit().forEach(event -> logged.add(Written.of(event)));
        } finally {
            root.removeHandler(handler);
            ours.setLevel(before);
            introspection.stop(0);
        }
        secrets.removeIf(secret -> secret == null || secret.isEmpty() || secret.equals("null"));
        assertThat(secrets).as("what is looked for").hasSizeGreaterThan(25);
        assertThat(audit().stream()
                        .map(event -> event.kind() + " " + event.check())
                        .distinct())
                .contains(
                        "LOGIN oidc",
                        "REFRESH oidc",
                        "LOGOUT oidc",
                        "DENIAL api-key",
                        "DENIAL basic",
                        "DENIAL introspection");
        String all = String.join("\n", logged);
        assertThat(all).contains("alice").contains("LOGIN");
        assertThat(secrets).allSatisfy(secret -> assertThat(all).doesNotContain(secret));
    }

    private static HttpServer introspection() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] answer = (form.contains("opaque-right")
                            ? "{\"active\":true,\"sub\":\"ann\"}"
                            : form.contains("opaque-broken") ? "opaque-broken is odd" : "{\"active\":false}")
                    .getBytes(StandardCharsets.UTF_8);
            try (exchange) {
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        server.start();
        return server;
    }

    private void policies(int port) throws NoSuchAlgorithmException {
        AccessPolicy keys = AccessPolicy.newBuilder()
                .setName("shop/keys")
                .setApiKeyAuth(ApiKeyAuth.newBuilder()
                        .addCredentials(ApiKeyAuth.Credential.newBuilder()
                                .setClientId("partner")
                                .setKeySha256(ByteString.copyFrom(digest("SHA-256", "key-right"))))
                        .addExtractFrom(ApiKeyAuth.KeySource.newBuilder().setHeader("x-key")))
                .build();
        AccessPolicy users = AccessPolicy.newBuilder()
                .setName("shop/users")
                .setBasicAuth(BasicAuth.newBuilder()
                        .addUsers(BasicAuth.User.newBuilder()
                                .setName("ann")
                                .setPasswordHash("{SHA}"
                                        + Base64.getEncoder().encodeToString(digest("SHA-1", "password-right")))))
                .build();
        AccessPolicy tokens = AccessPolicy.newBuilder()
                .setName("shop/tokens")
                .addIntrospections(Introspection.newBuilder()
                        .setName("opaque")
                        .setEndpoint("http://127.0.0.1:" + port + "/introspect")
                        .setClientId("gateway")
                        .setClientSecret("introspection-secret")
                        .addExtractFrom(Introspection.TokenSource.newBuilder()
                                .setHeader("authorization")
                                .setPrefix("Bearer ")))
                .build();
        assertThat(engine().push(message(POLICY, oidc -> {}), keys, users, tokens)
                        .toString())
                .contains("Accepted");
    }

    private static byte[] digest(String algorithm, String text) throws NoSuchAlgorithmException {
        return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
    }
}
