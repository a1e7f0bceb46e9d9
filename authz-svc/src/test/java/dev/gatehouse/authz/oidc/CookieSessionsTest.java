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
        assertThat(browser.signOn("/").status()).isEqualTo(503);
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
