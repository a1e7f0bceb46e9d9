package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.authz.grpc.TestEngine;
import dev.gatehouse.authz.oidc.Browser.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions that are in their users' cookies. */
class CookieSessionsTest extends SignOnFixture {
    @BeforeEach
    void push() {
        policy(oidc -> oidc.getSessionBuilder().setStore(OpenIdConnect.Session.Store.COOKIE));
    }

    private void tokensExpire() {
        clock.move(Duration.ofSeconds(provider.tokenSeconds + 1));
    }

    @Test
    void aSessionIsKnownAtAnyReplicaAndNoServerHasIt() {
        assertThat(browser.signOn("/a").path()).isEqualTo("/a");
        assertThat(engine().memory().size()).isZero();
        TestEngine second = engine(Optional.empty());
        policy(oidc -> oidc.getSessionBuilder().setStore(OpenIdConnect.Session.Store.COOKIE));
        Browser there = new Browser(() -> second, POLICY);
        there.cookies.putAll(browser.cookies);
        assertThat(there.script("/").allowed()).isTrue();
    }

    @Test
    void longTokensAreSplitAndTooLongOnesAreAPage() {
        provider.tokenAnswer = answer -> answer.put("access_token", random(6_000));
        provider.claims = claims -> claims.remove("at_hash");
        assertThat(browser.signOn("/").allowed()).isTrue();
        assertThat(browser.cookies.size()).isGreaterThan(1);
        browser.cookies.forEach(
                (name, value) -> assertThat(name.length() + value.length()).isLessThan(4096));
        assertThat(browser.get("/").removed()).contains("cookie");
        Map<String, String> parts = Map.copyOf(browser.cookies);
        browser.get("/logout");
        assertThat(browser.cookies).isEmpty();
        browser.cookies.putAll(parts);
        browser.cookies.remove(
                browser.cookies.keySet().stream().max(String::compareTo).orElseThrow());
        assertThat(browser.script("/").status()).isEqualTo(401);
        browser.cookies.clear();
        provider.tokenAnswer = answer -> answer.put("access_token", random(60_000));
        Reply tooLong = browser.signOn("/");
        assertThat(tooLong.status()).isEqualTo(403);
        assertThat(tooLong.body()).contains("session-too-long");
        assertThat(lastOutcome()).isEqualTo("session-too-long");
    }

    private static String random(int length) {
        return new Random(7)
                .ints(length, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Test
    void refreshedTokensComeBackInTheAnswerAndOldCookiesGoOnForAMoment() {
        assertThat(browser.signOn("/").allowed()).isTrue();
        tokensExpire();
        Map<String, String> old = Map.copyOf(browser.cookies);
        List<CompletableFuture<Reply>> storm = IntStream.range(0, 50)
                .mapToObj(i -> browser.begin("GET", "/" + i, Map.of("accept", "*/*"), ""))
                .toList();
        storm.forEach(reply -> assertThat(reply.join().allowed()).isTrue());
        assertThat(browser.cookies).isNotEqualTo(old);
        browser.cookies.putAll(old);
        assertThat(browser.script("/late").allowed()).isTrue();
        assertThat(provider.calls("refresh")).isEqualTo(1);
    }

    @Test
    void tokensThatAreRefreshedBeforeTheyExpireComeBackInTheAnswer() {
        assertThat(browser.signOn("/").allowed()).isTrue();
        for (int refreshes = 1; refreshes <= 3; refreshes++) {
            clock.move(Duration.ofSeconds(provider.tokenSeconds - 20));
            assertThat(browser.script("/").setCookies()).isNotEmpty();
            assertThat(browser.script("/").setCookies()).isEmpty();
            assertThat(provider.calls("refresh")).isEqualTo(refreshes);
        }
    }

    @Test
    void anAnswerThatNotesTheUseOfASessionDoesNotHaveItsRefreshTokenUsedAgain() {
        policy(oidc -> oidc.getSessionBuilder()
                .setStore(OpenIdConnect.Session.Store.COOKIE)
                .setIdleTimeout(seconds(1000)));
        assertThat(browser.signOn("/").allowed()).isTrue();
        clock.move(Duration.ofSeconds(provider.tokenSeconds - 40));
        Reply slow = browser.script("/slow");
        assertThat(slow.setCookies()).isNotEmpty();
        Map<String, String> noted = Map.copyOf(browser.cookies);
        clock.move(Duration.ofSeconds(20));
        assertThat(browser.script("/").setCookies()).isNotEmpty();
        Map<String, String> renewed = Map.copyOf(browser.cookies);
        browser.cookies.putAll(noted);
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(browser.cookies).isEqualTo(renewed);
        assertThat(provider.calls("refresh")).isEqualTo(1);
    }

    @Test
    void aRefreshTokenThatAnotherReplicaHasUsedEndsNoSessionWhoseTokensCount() {
        assertThat(browser.signOn("/").allowed()).isTrue();
        clock.move(Duration.ofSeconds(provider.tokenSeconds - 20));
        provider.forgetRefreshTokens();
        assertThat(browser.script("/").allowed()).isTrue();
        clock.move(Duration.ofSeconds(21));
        assertThat(browser.script("/").status()).isEqualTo(401);
    }

    @Test
    void aRefreshThatMakesTheSessionShorterTakesTheOtherPartsAway() {
        provider.claims = claims -> claims.remove("at_hash");
        provider.tokenAnswer = answer -> answer.put("access_token", random(8_000));
        assertThat(browser.signOn("/").allowed()).isTrue();
        int parts = browser.cookies.size();
        provider.tokenAnswer = answer -> answer.put("access_token", "short");
        tokensExpire();
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(browser.cookies.size()).isLessThan(parts);
        assertThat(browser.script("/").allowed()).isTrue();
        assertThat(provider.calls("refresh")).isEqualTo(1);
    }

    @Test
    void aSessionThatWasRenewedIsKeptWhereTheProviderRefusesTheBackendAToken() {
        policy(oidc -> {
            oidc.getSessionBuilder().setStore(OpenIdConnect.Session.Store.COOKIE);
            oidc.getProvidersBuilder(0)
                    .setTokenExchange(OpenIdConnect.TokenExchange.newBuilder().setAudience("backend"));
        });
        assertThat(browser.signOn("/").allowed()).isTrue();
        provider.exchangeError = Optional.of("access_denied");
        tokensExpire();
        Map<String, String> old = Map.copyOf(browser.cookies);
        assertThat(browser.script("/").status()).isEqualTo(403);
        assertThat(browser.cookies).isNotEqualTo(old);
    }

    @Test
    void theProvidersServerIsToldThatItCannotEndASession() throws Exception {
        assertThat(browser.signOn("/").allowed()).isTrue();
        Reply refused = browser.send(
                "POST",
                "/oauth2/backchannel-logout",
                Map.of("content-type", "application/x-www-form-urlencoded"),
                "logout_token=" + provider.logoutToken(token -> {}));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("invalid_request", "in cookies");
        Browser another = new Browser(() -> engine(), POLICY);
        assertThat(another.get("/oauth2/frontchannel-logout?iss=" + provider.issuer() + "&sid=" + provider.sid)
                        .status())
                .isEqualTo(200);
        assertThat(browser.script("/").allowed()).isTrue();
    }

    @Test
    void anIdleSessionEnds() {
        policy(oidc -> oidc.getSessionBuilder()
                .setStore(OpenIdConnect.Session.Store.COOKIE)
                .setIdleTimeout(seconds(100)));
        assertThat(browser.signOn("/").allowed()).isTrue();
        for (int i = 0; i < 3; i++) {
            clock.move(Duration.ofSeconds(80));
            assertThat(browser.script("/").allowed()).isTrue();
        }
        clock.move(Duration.ofSeconds(101));
        assertThat(browser.script("/").status()).isEqualTo(401);
    }

    @Test
    void aTamperedCookieIsNoSession() {
        assertThat(browser.signOn("/").allowed()).isTrue();
        String name = browser.sessionCookie().orElseThrow();
        String value = String.valueOf(browser.cookies.get(name));
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            int at = random.nextInt(value.length());
            char other = value.charAt(at) == 'A' ? 'B' : 'A';
            browser.cookies.put(name, value.substring(0, at) + other + value.substring(at + 1));
            assertThat(browser.script("/").status()).isEqualTo(401);
        }
    }
}
