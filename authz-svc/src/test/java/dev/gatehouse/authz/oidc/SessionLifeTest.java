package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.authz.oidc.Browser.Reply;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.OpenIdProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions that go on, and sessions that end: refresh, timeouts, outages. */
class SessionLifeTest extends SignOnFixture {
    private static final Map<String, String> SCRIPT = Map.of("accept", "*/*", "sec-fetch-mode", "cors");

    @BeforeEach
    void signOn() {
        policy(oidc -> {});
        assertThat(browser.signOn("/").allowed()).isTrue();
    }

    private void tokensExpire() {
        clock.move(Duration.ofSeconds(provider.tokenSeconds + 1));
    }

    @Test
    void expiredTokensAreRefreshedWhileTheRequestWaits() {
        tokensExpire();
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(provider.calls("refresh")).isEqualTo(1);
        assertThat(engine().events().getLast().toString()).contains("REFRESH", "ok");
        tokensExpire();
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(provider.calls("refresh")).isEqualTo(2);
    }

    @Test
    void tokensAreRefreshedBeforeTheyExpireAndNoRequestWaits() {
        clock.move(Duration.ofSeconds(provider.tokenSeconds - 20));
        provider.gate = new CountDownLatch(1);
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(browser.script("/").allowed()).isTrue();
        provider.gate.countDown();
        Await.orSilent(
                () -> engine().events().getLast().toString().contains("REFRESH"),
                () -> provider.calls("token"),
                () -> "a refresh in " + engine().events());
        assertThat(provider.calls("refresh")).isEqualTo(1);
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(provider.calls("refresh")).isEqualTo(1);
    }

    @Test
    void manyRequestsOnAnExpiredSessionMakeOneCall() {
        tokensExpire();
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            replies.add(browser.begin("GET", "/" + i, SCRIPT, ""));
        }
        replies.forEach(reply -> assertThat(reply.join().allowed()).isTrue());
        assertThat(provider.calls("refresh")).isEqualTo(1);
    }

    @Test
    void aRefreshWithoutAnIdTokenKeepsTheOldOne() {
        policy(oidc -> oidc.getForwardingBuilder().setIdTokenHeader("x-id-token"));
        String before = browser.get("/").upstream().get("x-id-token");
        provider.idTokenAtRefresh = false;
        tokensExpire();
        Reply after = browser.get("/");
        assertThat(after.allowed()).isTrue();
        assertThat(after.upstream()).containsEntry("x-id-token", before);
    }

    @Test
    void aRefreshWithoutARefreshTokenKeepsTheOldOne() {
        provider.rotation = false;
        provider.tokenAnswer = answer -> answer.remove("refresh_token");
        for (int i = 0; i < 3; i++) {
            tokensExpire();
            assertThat(browser.script("/").allowed()).isTrue();
        }
        assertThat(provider.calls("refresh")).isEqualTo(3);
    }

    @Test
    void aRefreshThatNamesAnotherUserEndsTheSession() {
        provider.claims = claims -> claims.put("sub", "mallory");
        tokensExpire();
        assertThat(browser.script("/").status()).isEqualTo(401);
        assertThat(engine().events().getLast().toString()).contains("another user");
        provider.claims = claims -> {};
        assertThat(browser.script("/").status()).isEqualTo(401);
        assertThat(engine().memory().size()).isZero();
    }

    @Test
    void aRefreshThatNamesAnotherIssuerOrAnotherClientEndsTheSession() {
        provider.claims = claims -> claims.put("iss", "https://other.example");
        tokensExpire();
        assertThat(browser.script("/").status()).isEqualTo(401);
        provider.claims = claims -> {};
        assertThat(browser.signOn("/").allowed()).isTrue();
        provider.claims = claims -> claims.put("aud", "another");
        tokensExpire();
        assertThat(browser.script("/").status()).isEqualTo(401);
    }

    @Test
    void aRefusedRefreshTokenLeadsToANewLogin() {
        provider.tokenAnswer = answer -> answer.put("refresh_token", "unknown");
        tokensExpire();
        assertThat(browser.script("/").allowed()).isTrue();
        tokensExpire();
        assertThat(browser.script("/").status()).isEqualTo(401);
        provider.tokenAnswer = answer -> {};
        assertThat(browser.signOn("/again").allowed()).isTrue();
    }

    @Test
    void aProviderThatIsDownEndsNoSessionBeforeItsTokensAndTheGraceEnd() {
        policy(oidc -> oidc.getSessionBuilder().setProviderOutageGrace(seconds(600)));
        provider.tokenStatus = 500;
        clock.move(Duration.ofSeconds(provider.tokenSeconds - 10));
        assertThat(browser.script("/").allowed()).isTrue();
        tokensExpire();
        assertThat(browser.script("/").allowed()).isTrue();
        clock.move(Duration.ofSeconds(601));
        Reply down = browser.script("/");
        assertThat(down.status()).isEqualTo(503);
        assertThat(down.header("retry-after")).isPresent();
        assertThat(browser.get("/").body()).contains("try again");
        provider.tokenStatus = 0;
        clock.move(Duration.ofSeconds(11));
        assertThat(browser.script("/").allowed()).isTrue();
    }

    @Test
    void aProviderInTroubleWithTheClientOrItselfEndsNoSession() {
        policy(oidc -> oidc.getSessionBuilder().setProviderOutageGrace(seconds(600)));
        provider.secret = "rotated";
        tokensExpire();
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(engine().events().getLast().toString()).contains("REFRESH", "invalid_client");
        provider.secret = OpenIdProvider.SECRET;
        clock.move(Duration.ofSeconds(3));
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(provider.calls("refresh")).isEqualTo(1);
    }

    @Test
    void aProviderThatIsDownIsLeftAloneForAMoment() {
        provider.tokenStatus = 500;
        tokensExpire();
        int before = provider.calls("token");
        for (int i = 0; i < 20; i++) {
            assertThat(browser.script("/").status()).isEqualTo(503);
        }
        assertThat(provider.calls("token") - before).isEqualTo(1);
    }

    @Test
    void withoutRefreshTheSessionEndsWithItsTokens() {
        policy(oidc -> oidc.getSessionBuilder().setRefresh(false));
        browser.cookies.clear();
        assertThat(browser.signOn("/").allowed()).isTrue();
        tokensExpire();
        assertThat(browser.script("/").status()).isEqualTo(401);
        assertThat(provider.calls("refresh")).isZero();
    }

    @Test
    void aSessionThatIsNotUsedEnds() {
        policy(oidc -> oidc.getSessionBuilder().setIdleTimeout(seconds(100)));
        browser.cookies.clear();
        assertThat(browser.signOn("/").allowed()).isTrue();
        for (int i = 0; i < 3; i++) {
            clock.move(Duration.ofSeconds(90));
            assertThat(browser.script("/").allowed()).isTrue();
        }
        clock.move(Duration.ofSeconds(111));
        assertThat(browser.script("/").status()).isEqualTo(401);
    }

    @Test
    void aSessionEndsAtItsAbsoluteTimeoutHoweverMuchItIsUsed() {
        policy(oidc -> oidc.getSessionBuilder().setAbsoluteTimeout(seconds(1000)));
        browser.cookies.clear();
        Reply callback = browser.get(browser.visit(browser.get("/").location()));
        assertThat(callback.setCookies().getFirst()).contains("Max-Age=1000");
        for (int i = 0; i < 9; i++) {
            clock.move(Duration.ofSeconds(100));
            assertThat(browser.script("/").allowed()).isTrue();
        }
        clock.move(Duration.ofSeconds(101));
        assertThat(browser.script("/").status()).isEqualTo(401);
    }

    @Test
    void aStrongerSignOnIsAskedForAndFound() {
        policy(oidc -> oidc.getStepUpBuilder().addAcrValues("gold").addAcrValues("platinum"));
        Reply script = browser.script("/");
        assertThat(script.status()).isEqualTo(401);
        assertThat(script.header("www-authenticate").orElseThrow())
                .contains("error=\"insufficient_user_authentication\"", "acr_values=\"gold platinum\"");
        Reply redirect = browser.get("/gold");
        assertThat(parameter(redirect.location(), "acr_values")).isEqualTo("gold platinum");
        assertThat(browser.follow(redirect).allowed()).isTrue();
        assertThat(engine().memory().size()).isEqualTo(1);
        browser.cookies.clear();
        provider.claims = claims -> claims.put("acr", "silver");
        assertThat(browser.signOn("/").status()).isEqualTo(403);
        assertThat(lastOutcome()).isEqualTo("step-up-missed");
    }

    @Test
    void aRecentSignOnIsAskedForAndChecked() {
        policy(oidc -> oidc.getStepUpBuilder().setMaxAge(seconds(120)));
        assertThat(browser.script("/").allowed()).isTrue();
        clock.move(Duration.ofSeconds(190));
        assertThat(browser.script("/").header("www-authenticate").orElseThrow()).contains("max_age=120");
        Reply redirect = browser.get("/");
        assertThat(parameter(redirect.location(), "max_age")).isEqualTo("120");
        assertThat(browser.follow(redirect).allowed()).isTrue();
        clock.move(Duration.ofSeconds(190));
        provider.claims = claims -> claims.remove("auth_time");
        assertThat(browser.signOn("/").status()).isEqualTo(403);
    }

    @Test
    void theExchangedTokenIsKeptInTheSessionAndRenewedWithIt() {
        policy(oidc -> {
            oidc.getProvidersBuilder(0)
                    .setTokenExchange(OpenIdConnect.TokenExchange.newBuilder().setAudience("backend"));
            oidc.getForwardingBuilder().setAccessToken(true);
        });
        browser.cookies.clear();
        assertThat(browser.signOn("/").upstream()).containsEntry("authorization", "Bearer exchanged-for-backend-1");
        assertThat(browser.get("/").upstream()).containsEntry("authorization", "Bearer exchanged-for-backend-1");
        tokensExpire();
        assertThat(browser.get("/").upstream()).containsEntry("authorization", "Bearer exchanged-for-backend-2");
        assertThat(provider.lastTokenRequest)
                .containsEntry("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
    }

    @Test
    void pushedRequestsAreUsedWhereTheProviderRequiresThem() {
        browser.cookies.clear();
        provider.pushedOnly = true;
        clock.move(Duration.ofHours(2));
        browser.get("/");
        Await.orSilent(
                () -> browser.get("/").location().contains("request_uri="),
                () -> provider.calls("discovery"),
                () -> "a pushed request");
        Reply redirect = browser.get("/");
        assertThat(redirect.location()).doesNotContain("code_challenge").contains("client_id=gatehouse");
        assertThat(browser.follow(redirect).allowed()).isTrue();
    }

    @Test
    void privateKeyJwtProvesTheClient() throws Exception {
        var key = OpenIdProvider.rsa("client-1");
        provider.clientKey = java.util.Optional.of(key);
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + java.util.Base64.getMimeEncoder()
                        .encodeToString(key.toRSAPrivateKey().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        policy(oidc -> oidc.getProvidersBuilder(0)
                .setClientAuthentication(OpenIdConnect.ClientAuthentication.newBuilder()
                        .setMethod(OpenIdConnect.ClientAuthentication.Method.PRIVATE_KEY_JWT)
                        .setPrivateKey(pem)
                        .setKeyId("client-1")));
        browser.cookies.clear();
        assertThat(browser.signOn("/").allowed()).isTrue();
        assertThat(provider.lastTokenRequest).doesNotContainKey("client_secret").containsKey("client_assertion");
    }

    @Test
    void secretsGoIntoTheFormWhereTheProviderWantsThemThere() {
        provider.document =
                document -> document.put("token_endpoint_auth_methods_supported", List.of("client_secret_post"));
        policy(oidc -> oidc.getProvidersBuilder(0).addScopes("another"));
        browser.cookies.clear();
        assertThat(browser.signOn("/").allowed()).isTrue();
        assertThat(provider.lastTokenRequest).containsEntry("client_secret", OpenIdProvider.SECRET);
    }

    @Test
    void theProviderIsReachedByItsBackends() {
        policy(oidc -> oidc.getProvidersBuilder(0)
                .setTokenEndpoint("https://idp.internal:81/token")
                .setJwksUri("https://idp.internal/jwks")
                .setConnection(OpenIdConnect.Connection.newBuilder()
                        .addAddresses(provider.address())
                        .setPlainText(true)));
        browser.cookies.clear();
        assertThat(browser.signOn("/").allowed()).isTrue();
    }
}
