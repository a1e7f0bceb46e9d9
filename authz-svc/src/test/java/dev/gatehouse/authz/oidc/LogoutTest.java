package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import dev.gatehouse.authz.oidc.Browser.Reply;
import dev.gatehouse.testkit.OpenIdProvider;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** OpenID Connect RP-Initiated, Back-Channel and Front-Channel Logout 1.0. */
class LogoutTest extends SignOnFixture {
    private static final String BACK = "/oauth2/backchannel-logout";

    @BeforeEach
    void signOn() {
        policy(oidc -> {});
        assertThat(browser.signOn("/").allowed()).isTrue();
    }

    private Reply logoutToken(String token) {
        Browser server = new Browser(this::engine, POLICY);
        return server.send(
                "POST",
                BACK,
                Map.of("content-type", "application/x-www-form-urlencoded"),
                "logout_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8));
    }

    private void isRefused(Consumer<Map<String, @Nullable Object>> change) throws JOSEException {
        Reply reply = logoutToken(provider.logoutToken(change));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.header("cache-control")).contains("no-store");
        assertThat(browser.script("/").allowed()).isTrue();
    }

    @Test
    void theUserIsLedToTheProviderWhichEndsItsOwnSessionToo() {
        String ticket = browser.cookies.toString();
        Reply reply = browser.get("/logout");
        assertThat(reply.status()).isEqualTo(302);
        assertThat(reply.location()).startsWith(provider.issuer() + "/logout?");
        assertThat(parameter(reply.location(), "id_token_hint")).isNotEmpty();
        assertThat(parameter(reply.location(), "client_id")).isEqualTo("gatehouse");
        assertThat(parameter(reply.location(), "post_logout_redirect_uri")).isEqualTo("https://app.example.com/");
        assertThat(browser.cookies).isEmpty();
        assertThat(ticket).isNotEqualTo("{}");
        assertThat(engine().memory().size()).isZero();
        assertThat(engine().events().getLast().toString()).contains("LOGOUT", "alice");
    }

    /** CVE-2025-55162: a cookie with a prefix is not deleted by a Set-Cookie without Secure. */
    @Test
    void cookiesAreDeletedWithTheAttributesWithWhichTheyWereSet() {
        String set = browser.get("/logout").setCookies().getFirst();
        assertThat(set).contains("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    @Test
    void theTicketOfAnEndedSessionIsOfNoUse() {
        Map<String, String> before = Map.copyOf(browser.cookies);
        browser.get("/logout");
        browser.cookies.putAll(before);
        assertThat(browser.script("/").status()).isEqualTo(401);
    }

    @Test
    void afterTheLogoutTheUserGoesWhereThePolicySays() {
        policy(oidc -> oidc.setPostLogoutRedirectUri("https://%REQ(:authority)%/bye?x=1"));
        assertThat(parameter(browser.get("/logout").location(), "post_logout_redirect_uri"))
                .isEqualTo("https://app.example.com/bye?x=1");
        assertThat(browser.get("/logout").location()).isEqualTo("https://app.example.com/bye?x=1");
    }

    @Test
    void aProviderWithoutAnAddressForLogoutsIsNotVisited() {
        provider.document = document -> document.remove("end_session_endpoint");
        clock.move(Duration.ofSeconds(1));
        policy(oidc -> oidc.getProvidersBuilder(0).addScopes("another"));
        assertThat(browser.get("/logout").location()).isEqualTo("/");
    }

    @Test
    void aRefreshWithoutAnIdTokenLeavesTheHintOfTheLogout() {
        provider.idTokenAtRefresh = false;
        clock.move(Duration.ofSeconds(provider.tokenSeconds + 1));
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(parameter(browser.get("/logout").location(), "id_token_hint"))
                .isNotEmpty();
    }

    @Test
    void anIdTokenThatIsTooLongForAnAddressIsLeftOut() {
        provider.claims = claims -> claims.put("groups", List.of("g".repeat(20_000)));
        browser.cookies.clear();
        browser.signOn("/");
        Reply reply = browser.get("/logout");
        assertThat(reply.location()).doesNotContain("id_token_hint").contains("client_id=gatehouse");
    }

    @Test
    void aLogoutTokenEndsTheSessionsOfItsSid() throws JOSEException {
        Reply reply = logoutToken(provider.logoutToken(token -> token.remove("sub")));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("cache-control")).contains("no-store");
        assertThat(browser.script("/").status()).isEqualTo(401);
        assertThat(engine().memory().size()).isZero();
    }

    @Test
    void aLogoutTokenWithoutSidEndsAllSessionsOfItsUserAndNoOthers() throws JOSEException {
        Browser second = new Browser(this::engine, POLICY);
        assertThat(second.signOn("/").allowed()).isTrue();
        provider.subject = "bob";
        provider.sid = "another";
        Browser bob = new Browser(this::engine, POLICY);
        assertThat(bob.signOn("/").allowed()).isTrue();
        assertThat(logoutToken(provider.logoutToken(token -> {
                            token.put("sub", "alice");
                            token.remove("sid");
                        }))
                        .status())
                .isEqualTo(200);
        assertThat(browser.script("/").status()).isEqualTo(401);
        assertThat(second.script("/").status()).isEqualTo(401);
        assertThat(bob.script("/").allowed()).isTrue();
    }

    @Test
    void logoutTokensThatAreNotRightAreRefused() throws JOSEException {
        long now = clock.instant().getEpochSecond();
        isRefused(token -> token.put("iss", "https://other.example"));
        isRefused(token -> token.put("aud", "another"));
        isRefused(token -> token.remove("iat"));
        isRefused(token -> token.put("iat", now - 3600));
        isRefused(token -> token.put("iat", now + 3600));
        isRefused(token -> token.put("exp", now - 3600));
        isRefused(token -> token.remove("jti"));
        isRefused(token -> token.remove("events"));
        isRefused(token -> token.put("events", Map.of("http://schemas.openid.net/event/other", Map.of())));
        isRefused(token -> token.put("events", "http://schemas.openid.net/event/backchannel-logout"));
        isRefused(token -> token.put("nonce", "n"));
        isRefused(token -> {
            token.remove("sid");
            token.remove("sub");
        });
        assertThat(logoutToken("").status()).isEqualTo(400);
        assertThat(logoutToken("a.b.c").status()).isEqualTo(400);
    }

    @Test
    void anIdTokenIsNoLogoutTokenAndNothingUnsignedIs() throws JOSEException {
        Map<String, @Nullable Object> claims = new java.util.HashMap<>();
        provider.claims = claims::putAll;
        browser.cookies.clear();
        browser.signOn("/");
        provider.claims = none -> {};
        assertThat(logoutToken(provider.sign(claims)).status()).isEqualTo(400);
        String right = provider.logoutToken(token -> {});
        String[] parts = right.split("\\.", -1);
        assertThat(logoutToken(parts[0] + "." + parts[1] + ".").status()).isEqualTo(400);
        assertThat(logoutToken("eyJhbGciOiJub25lIn0." + parts[1] + ".").status())
                .isEqualTo(400);
        assertThat(browser.script("/").allowed()).isTrue();
    }

    @Test
    void aLogoutTokenCountsOnce() throws JOSEException {
        String token = provider.logoutToken(change -> {});
        assertThat(logoutToken(token).status()).isEqualTo(200);
        assertThat(browser.signOn("/").allowed()).isTrue();
        assertThat(logoutToken(token).status()).isEqualTo(400);
        assertThat(browser.script("/").allowed()).isTrue();
    }

    @Test
    void aLogoutTokenForNobodyIsRightAllTheSame() throws JOSEException {
        assertThat(logoutToken(provider.logoutToken(token -> token.put("sid", "unknown")))
                        .status())
                .isEqualTo(200);
        assertThat(browser.script("/").allowed()).isTrue();
    }

    @Test
    void aPageThatIsLoadedBeforeAnyoneAskedForItLogsNobodyOut() {
        assertThat(browser.send("GET", "/logout", Map.of("sec-purpose", "prefetch;prerender"))
                        .status())
                .isEqualTo(403);
        assertThat(browser.script("/").allowed()).isTrue();
    }

    @Test
    void logoutTokensComeByPost() {
        assertThat(browser.get(BACK + "?logout_token=x").status()).isEqualTo(405);
        assertThat(browser.send("PUT", "/logout", Map.of()).status()).isEqualTo(405);
        assertThat(browser.script("/").allowed()).isTrue();
    }

    @Test
    void aFrameOfTheProviderEndsTheSession() {
        String path = "/oauth2/frontchannel-logout?iss=" + URLEncoder.encode(provider.issuer(), StandardCharsets.UTF_8);
        assertThat(browser.get(path + "&sid=").status()).isEqualTo(400);
        assertThat(browser.get("/oauth2/frontchannel-logout?iss=https://other.example&sid=" + provider.sid)
                        .status())
                .isEqualTo(400);
        assertThat(browser.get(path + "&sid=another").status()).isEqualTo(200);
        assertThat(browser.script("/").allowed()).isTrue();
        // The frame is of another site: the browser sends no cookies with SameSite=Lax.
        Reply frame = new Browser(this::engine, POLICY).get(path + "&sid=" + provider.sid);
        assertThat(frame.status()).isEqualTo(200);
        assertThat(frame.header("content-security-policy").orElseThrow())
                .contains("frame-ancestors " + provider.issuer());
        assertThat(browser.script("/").status()).isEqualTo(401);
    }

    @Test
    void aSessionThatEndsWhileItIsRefreshedStaysEnded() throws Exception {
        clock.move(Duration.ofSeconds(provider.tokenSeconds + 1));
        provider.gate = new java.util.concurrent.CountDownLatch(1);
        int before = provider.calls("token");
        var waiting = browser.begin("GET", "/", Map.of("accept", "*/*", "sec-fetch-mode", "cors"), "");
        dev.gatehouse.testkit.Await.orSilent(
                () -> provider.calls("token") > before, () -> provider.calls("token"), () -> "a refresh");
        assertThat(logoutToken(provider.logoutToken(token -> {})).status()).isEqualTo(200);
        provider.gate.countDown();
        assertThat(waiting.join().status()).isEqualTo(401);
        assertThat(browser.script("/").status()).isEqualTo(401);
    }

    /** Two policies of a host have one path for logouts: the route leads all to the first. */
    @Test
    void aLogoutReachesThePolicyWhoseClientItIsForWhereverItComes() throws JOSEException {
        OpenIdProvider second = new OpenIdProvider(clock);
        try {
            engine().push(
                            message(POLICY, oidc -> {}),
                            message(
                                    "shop/second",
                                    oidc -> oidc.getProvidersBuilder(0).setIssuer(second.issuer())));
            Browser other = new Browser(this::engine, "shop/second");
            assertThat(other.signOn("/").allowed()).isTrue();
            assertThat(logoutToken(second.logoutToken(token -> {})).status()).isEqualTo(200);
            assertThat(other.script("/").status()).isEqualTo(401);
            assertThat(browser.script("/").allowed())
                    .as("another client's session")
                    .isTrue();
            assertThat(logoutToken(second.logoutToken(token -> token.put("aud", "nobody")))
                            .status())
                    .isEqualTo(400);

            assertThat(other.signOn("/").allowed()).isTrue();
            other.cookies.putAll(browser.cookies);
            Browser framed = new Browser(this::engine, POLICY);
            framed.cookies.putAll(other.cookies);
            Reply frame = framed.get("/oauth2/frontchannel-logout?sid=" + second.sid + "&iss="
                    + URLEncoder.encode(second.issuer(), StandardCharsets.UTF_8));
            assertThat(frame.status()).isEqualTo(200);
            assertThat(frame.setCookies()).as("its cookie, and no other").hasSize(1);
            assertThat(other.script("/").status()).isEqualTo(401);
            assertThat(browser.script("/").allowed()).isTrue();
        } finally {
            second.close();
        }
    }
}
