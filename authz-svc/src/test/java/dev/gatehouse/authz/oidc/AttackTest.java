package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.authz.grpc.TestEngine;
import dev.gatehouse.authz.oidc.Browser.Reply;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.testkit.OpenIdProvider;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attacks on peers that became CVEs, and those of RFC 9700: none of them opens a door. */
class AttackTest extends SignOnFixture {
    @BeforeEach
    void push() {
        policy(oidc -> {});
    }

    private void noDoor(Reply reply) {
        assertThat(reply.allowed()).isFalse();
        assertThat(browser.sessionCookie()).isEmpty();
    }

    /** CVE-2022-29226 of Envoy: the presence of a token was taken for a proof. */
    @Test
    void aBearerTokenOrATokenInTheQueryProvesNothing() {
        noDoor(browser.send(
                "GET", "/?token=x&access_token=x&id_token=x", Map.of("authorization", "Bearer x", "accept", "*/*")));
        noDoor(browser.send(
                "GET",
                "/",
                Map.of(
                        "accept",
                        "*/*",
                        "cookie",
                        "BearerToken=x; OauthHMAC=x; OauthExpires=99999999999; RefreshToken=x")));
    }

    /** CVE-2023-27496 of Envoy: an answer without state was the end of the process. */
    @Test
    void anAnswerWithoutStateIsAPage() {
        for (String query : List.of(
                "",
                "?",
                "?code=x",
                "?state=",
                "?code=x&state=x",
                "?state=%00%ff&code=",
                "?state=a&state=b&code=x",
                "?error=access_denied",
                "?state=" + "A".repeat(20_000))) {
            Reply reply = browser.get("/oauth2/callback" + query);
            assertThat(reply.status()).as(query).isEqualTo(400);
            noDoor(reply);
        }
    }

    /** CVE-2023-35941 of Envoy: fields were hashed without their borders. */
    @Test
    void hashesOfDifferentPartsDiffer() {
        assertThat(Hash.of("a", "bc", "d")).isNotEqualTo(Hash.of("a", "b", "cd"));
        assertThat(Hash.of("a", "bc")).isNotEqualTo(Hash.of("ab", "c"));
        assertThat(Hash.of("a", "", "b")).isNotEqualTo(Hash.of("a", "b", ""));
    }

    /** CVE-2026-47775 of Envoy: what went wrong with a cookie told an attacker its content. */
    @Test
    void everyTamperedStateAndTicketHasTheSameAnswer() {
        String location = browser.get("/secret").location();
        String state = parameter(location, "state");
        Map<String, String> flow = Map.copyOf(browser.cookies);
        String key = state.substring(0, state.indexOf('.') + 1);
        byte[] bytes = Base64.getUrlDecoder().decode(state.substring(key.length()));
        Random random = new Random(1);
        String expected = null;
        for (int i = 0; i < 200; i++) {
            byte[] tampered = bytes.clone();
            tampered[random.nextInt(tampered.length)] ^= (byte) (1 << random.nextInt(8));
            browser.cookies.putAll(flow);
            Reply reply = browser.get("/oauth2/callback?code=x&state=" + key
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(tampered));
            String answer = reply.status() + reply.body();
            assertThat(answer).isEqualTo(expected == null ? answer : expected);
            expected = answer;
        }
        browser.cookies.clear();
        assertThat(browser.signOn("/").allowed()).isTrue();
        String name = browser.sessionCookie().orElseThrow();
        byte[] ticket = Base64.getUrlDecoder().decode(browser.cookies.get(name));
        for (int i = 0; i < ticket.length * 8; i++) {
            byte[] tampered = ticket.clone();
            tampered[i / 8] ^= (byte) (1 << i % 8);
            browser.cookies.put(name, Base64.getUrlEncoder().withoutPadding().encodeToString(tampered));
            assertThat(browser.script("/").status()).isEqualTo(401);
        }
    }

    /** Envoy 1.37.3: one in 256 wrong keys "decrypted" a cookie. */
    @Test
    void noOtherKeyOpensAState() {
        for (int i = 0; i < 1000; i++) {
            byte[] sealed = KeyRing.random(new SecureRandom()).close(new byte[40], new byte[0]);
            assertThat(keys.open(sealed, new byte[0])).isEmpty();
        }
    }

    /** CVE-2026-48090 and others of Envoy: an answer of the provider came after the request was gone. */
    @Test
    void aLateAnswerToACallerThatIsGoneBreaksNothing() {
        String callback = browser.visit(browser.get("/").location());
        provider.gate = new CountDownLatch(1);
        List<CompletableFuture<Reply>> gone = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            CompletableFuture<Reply> request = browser.begin("GET", callback, Map.of("accept", "text/html"), "");
            request.cancel(true);
            gone.add(request);
        }
        provider.gate.countDown();
        browser.cookies.clear();
        assertThat(browser.signOn("/").allowed()).isTrue();
    }

    /** GHSA-7rh7-c77v-6434, CVE-2026-41059 and CVE-2021-39156: rules of paths that matched more than a path. */
    @Test
    void noSpellingOfOwnPathsLetsAnythingThrough() {
        for (String path : List.of(
                "/admin?x=/oauth2/callback",
                "/oauth2/callback/",
                "/oauth2/callback;x",
                "//oauth2/callback",
                "/oauth2//callback",
                "/oauth2/callback%2f..%2fadmin",
                "/admin#/oauth2/callback",
                "/oauth2/callback/../../admin",
                "/logout/",
                "/LOGOUT",
                "/oauth2/%63allback",
                "/oauth2/backchannel-logout/x")) {
            Reply reply = browser.script(path);
            assertThat(reply.status()).as(path).isEqualTo(401);
        }
    }

    /** CVE-2026-34457: a health check's User-Agent was a key to every door. */
    @Test
    void noUserAgentIsAKey() {
        for (String agent : List.of("GoogleHC/1.0", "kube-probe/1.30", "ELB-HealthChecker/2.0", "Envoy/HC")) {
            noDoor(browser.send("GET", "/healthz", Map.of("user-agent", agent, "accept", "*/*")));
        }
    }

    /** CVE-2026-40575: a header of the client named the path that was checked. */
    @Test
    void noHeaderNamesAnotherPathOrHost() {
        Map<String, String> spoofed = new HashMap<>();
        for (String name : List.of(
                "x-forwarded-uri",
                "x-original-url",
                "x-rewrite-url",
                "x-auth-request-redirect",
                "x-envoy-original-path",
                "x-forwarded-host",
                "x-forwarded-prefix")) {
            spoofed.put(name, "/logout");
        }
        spoofed.put("accept", "text/html");
        Reply reply = browser.send("GET", "/wanted", spoofed);
        assertThat(parameter(reply.location(), "redirect_uri")).isEqualTo("https://app.example.com/oauth2/callback");
        assertThat(browser.follow(reply).path()).isEqualTo("/wanted");
    }

    /** CVE-2020-4037, CVE-2020-5233, CVE-2020-11053 and CVE-2021-21291: the way back led elsewhere. */
    @Test
    void theWayBackLeadsToThisHostAlone() {
        for (String evil : List.of(
                "//evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "/\t/evil.example",
                "https://evil.example/",
                "/\n/evil.example",
                "///evil.example",
                "/x\r\nlocation: https://evil.example",
                "evil.example",
                "@evil.example",
                "*")) {
            browser.cookies.clear();
            Reply callback = browser.get(browser.visit(browser.get(evil).location()));
            assertThat(callback.location()).as(evil).isEqualTo("/");
        }
        browser.cookies.clear();
        Reply fine = browser.get(
                browser.visit(browser.get("/a//b?next=https://x.example/").location()));
        assertThat(fine.location()).isEqualTo("/a//b?next=https://x.example/");
    }

    @Test
    void aLoginThatWouldEndAtTheLogoutOrTheCallbackEndsAtTheStartPage() {
        Reply reply = browser.get("/oauth2/callback?code=x&state=x");
        assertThat(reply.status()).isEqualTo(400);
        policy(oidc -> oidc.addProviders(provider("second")));
        assertThat(browser.get("/oauth2/callback").body()).contains("Choose how to sign on");
    }

    @Test
    void aHostThatIsNoneIsNotSentToTheProvider() {
        browser.host = "app.example.com/@evil.example";
        Reply reply = browser.get("/");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(provider.calls("authorize")).isZero();
    }

    /** Login CSRF: the victim is signed on as the attacker. */
    @Test
    void anAnswerToAnotherBrowsersLoginSignsNobodyOn() {
        Browser attacker = new Browser(this::engine, POLICY);
        String callback = attacker.visit(attacker.get("/").location());
        Reply reply = browser.get(callback);
        noDoor(reply);
        assertThat(reply.status()).isEqualTo(302);
        assertThat(provider.calls("token")).isZero();
        // The same with a cookie of the victim's own login in the same place.
        browser.cookies.clear();
        browser.get("/");
        Map<String, String> cookies = new HashMap<>();
        attacker.cookies.keySet().forEach(name -> cookies.put(name, "A".repeat(22)));
        browser.cookies.putAll(cookies);
        noDoor(browser.get(callback));
        assertThat(provider.calls("token")).isZero();
    }

    /** Code injection: a code that was stolen is put into the attacker's own login. */
    @Test
    void aCodeOfAnotherLoginIsNotTaken() {
        Browser victim = new Browser(this::engine, POLICY);
        String stolen = parameter(victim.visit(victim.get("/").location()), "code");
        String own = browser.visit(browser.get("/").location());
        String injected = own.replaceAll("code=[^&]*", "code=" + stolen);
        noDoor(browser.get(injected));
        assertThat(engine().memory().size()).isZero();
    }

    /** The provider itself does not check the verifier: the nonce finds it. */
    @Test
    void aTokenOfAnotherLoginIsNotTaken() {
        List<String> nonces = new ArrayList<>();
        provider.claims = claims -> {
            nonces.add(String.valueOf(claims.get("nonce")));
            claims.put("nonce", nonces.getFirst());
        };
        assertThat(browser.signOn("/").allowed()).isTrue();
        browser.cookies.clear();
        assertThat(browser.signOn("/").status()).isEqualTo(403);
        assertThat(nonces.get(0)).isNotEqualTo(nonces.get(1));
    }

    @Test
    void anAnswerCountsOnce() {
        String callback = browser.visit(browser.get("/").location());
        Map<String, String> flow = Map.copyOf(browser.cookies);
        assertThat(browser.get(callback).location()).isEqualTo("/");
        browser.cookies.clear();
        browser.cookies.putAll(flow);
        noDoor(browser.get(callback));
        assertThat(engine().memory().size()).isEqualTo(1);
    }

    @Test
    void anAnswerThatCameTooLateBeginsTheLoginAgain() {
        String callback = browser.visit(browser.get("/wanted").location());
        clock.move(Duration.ofMinutes(11));
        Reply reply = browser.get(callback);
        noDoor(reply);
        assertThat(browser.follow(reply).path()).isEqualTo("/wanted");
    }

    /** Session fixation: a ticket from before the login is of no use after it. */
    @Test
    void aLoginMakesANewTicketAndEndsTheOldSession() {
        assertThat(browser.signOn("/").allowed()).isTrue();
        String name = browser.sessionCookie().orElseThrow();
        String old = browser.cookies.get(name);
        clock.move(Duration.ofSeconds(2));
        policy(oidc -> oidc.getStepUpBuilder().addAcrValues("gold"));
        assertThat(browser.signOn("/").allowed()).isTrue();
        assertThat(browser.cookies.get(name)).isNotEqualTo(old);
        browser.cookies.put(name, old);
        assertThat(browser.script("/").status()).isEqualTo(401);
        assertThat(engine().memory().size()).isEqualTo(1);
    }

    /** GHSA-f24x-5g9q-753f: a stale session came back to life at the sign-in page. */
    @Test
    void aSessionThatIsOverStaysOver() {
        policy(oidc -> oidc.getSessionBuilder().setAbsoluteTimeout(seconds(100)));
        assertThat(browser.signOn("/").allowed()).isTrue();
        Map<String, String> stale = Map.copyOf(browser.cookies);
        clock.move(Duration.ofSeconds(101));
        browser.get("/");
        browser.cookies.putAll(stale);
        assertThat(browser.script("/").status()).isEqualTo(401);
        assertThat(browser.signOn("/").allowed()).isTrue();
        browser.cookies.clear();
        browser.cookies.putAll(stale);
        assertThat(browser.script("/").status()).isEqualTo(401);
    }

    /** Mix-up, RFC 9700 section 4.4: an answer of one provider arrives as another's. */
    @Test
    void anAnswerToAnotherProvidersAddressIsNotTaken() {
        policy(oidc -> oidc.addProviders(provider("second")));
        String link = browser.get("/")
                .body()
                .replaceAll("(?s).*?href=\"([^\"]*provider=main[^\"]*)\".*", "$1")
                .replace("&amp;", "&");
        String callback = browser.visit(browser.get(link).location());
        assertThat(callback).startsWith("/oauth2/callback/main?");
        Reply reply = browser.get(callback.replace("/callback/main", "/callback/second"));
        assertThat(reply.status()).isEqualTo(403);
        noDoor(reply);
        assertThat(lastOutcome()).isEqualTo("wrong-provider");
        assertThat(provider.calls("token")).isZero();
    }

    /** Cookies and states of one policy are nothing to another one of the same host. */
    @Test
    void whatOnePolicyGaveIsNothingToAnother() {
        engine().push(message(POLICY, oidc -> {}), message("shop/other", oidc -> {}));
        String state = browser.visit(browser.get("/").location());
        assertThat(browser.signOn("/").allowed()).isTrue();
        Browser other = new Browser(this::engine, "shop/other");
        browser.cookies.forEach((name, value) -> other.cookies.put(name, value));
        assertThat(other.script("/").status()).isEqualTo(401);
        other.signOn("/");
        String name = other.sessionCookie().orElseThrow();
        String foreign = browser.cookies.get(browser.sessionCookie().orElseThrow());
        other.cookies.clear();
        other.cookies.put(name, foreign);
        assertThat(other.script("/").status()).isEqualTo(401);
        assertThat(other.get(state).status()).isEqualTo(400);
    }

    @Test
    void aSessionOfAProviderOrAClientThatThePolicyHasNoMoreIsOver() {
        assertThat(browser.signOn("/").allowed()).isTrue();
        policy(oidc -> oidc.getProvidersBuilder(0).setClientId("another"));
        assertThat(browser.script("/").status()).isEqualTo(401);
    }

    /** ReDoS: a regular expression that takes exponential time elsewhere. */
    @Test
    void regularExpressionsTakeTimeInProportionToTheValue() {
        policy(oidc -> oidc.addDenyRedirect(
                OpenIdConnect.HeaderMatch.newBuilder().setName("x-evil").setRegex("(a+)+$")));
        assertThat(browser.send("GET", "/", Map.of("x-evil", "a".repeat(20_000) + "!", "accept", "text/html"))
                        .status())
                .isEqualTo(302);
    }

    /** Pomerium GO-2024-2965: tokens were in pages. */
    @Test
    void noAnswerLogOrEventHasATokenOrASecretInIt() {
        provider.claims = claims -> claims.put("nonce", "wrong");
        List<Reply> replies = new ArrayList<>();
        replies.add(browser.get("/"));
        replies.add(browser.get(browser.visit(replies.getFirst().location())));
        provider.claims = claims -> {};
        replies.add(browser.signOn("/"));
        replies.add(browser.script("/"));
        String told = replies.stream().map(reply -> reply.raw().toString()).reduce("", String::concat)
                + engine().events()
                + engine().decisions();
        assertThat(told)
                .doesNotContain(OpenIdProvider.SECRET, "access-", provider.lastTokenRequest.get("code_verifier"));
    }

    @Test
    void hugeAnswersAreCutOff() {
        provider.tokenAnswer = answer -> answer.put("padding", "x".repeat(2_000_000));
        Reply reply = browser.signOn("/");
        assertThat(reply.status()).isEqualTo(503);
        noDoor(reply);
    }

    /** CVE-2026-40574 of oauth2-proxy: the wrong "@" of an address decided. Here no part of a claim decides; backends get all of it. */
    @Test
    void anAddressWithTwoDomainsIsForwardedWhole() {
        policy(oidc -> oidc.getForwardingBuilder()
                .addClaims(OpenIdConnect.Forwarding.ClaimHeader.newBuilder()
                        .setHeader("x-email")
                        .setClaim("email")));
        provider.claims = claims -> claims.put("email", "a@evil.example@corp.example");
        assertThat(browser.signOn("/").upstream()).containsEntry("x-email", "a@evil.example@corp.example");
    }

    /** CVE-2023-33189 of Pomerium: a crafted request was decided wrongly. */
    @Test
    void craftedRequestsOpenNoDoor() {
        for (String method : List.of("GET", "get", "", "OPTIONS", "CONNECT", "TRACE", "PROPFIND", "G ET")) {
            for (String path :
                    List.of("", "*", "/", "//", "/%00", "/..;/admin", "http://app.example.com/", "/\u00e9")) {
                for (String cookie :
                        List.of("", ";", "=", "__Host-gh-=x", "a=b;;;c", "__Host-gh-AAAAAA", "x".repeat(100_000))) {
                    noDoor(browser.send(
                            method,
                            path,
                            Map.of("cookie", cookie, "accept", "*/*", "access-control-request-method", "GET")));
                }
            }
        }
    }

    /** GHSA-fv82-r8qv-ch4v of Pomerium: parameters that nobody had signed led the user on. */
    @Test
    void theChoiceOfAProviderLeadsNowhereThatNobodySealed() {
        policy(oidc -> oidc.addProviders(provider("second")));
        for (String start : List.of("", "%2F%2Fevil.example", "AAAA", "https://evil.example")) {
            Reply page = browser.get("/oauth2/callback?provider=second&start=" + start);
            assertThat(page.body()).contains("Choose how to sign on").doesNotContain("evil");
        }
        // No provider has that name: the path is one of the application's.
        assertThat(browser.script("/oauth2/callback/third?code=x&state=y").status())
                .isEqualTo(401);
    }

    /** A state of the page of choice is none of a login: it has no browser in it. */
    @Test
    void theStartOfAChoiceIsNoStateOfALogin() {
        policy(oidc -> oidc.addProviders(provider("second")));
        String page = browser.get("/").body();
        String start = page.replaceAll("(?s).*?start=([A-Za-z0-9_-]+).*", "$1");
        assertThat(browser.get("/oauth2/callback/main?code=x&state=" + start).status())
                .isEqualTo(400);
    }

    /** GO-2022-0783 of Pomerium: a redirect carried a token to another host. */
    @Test
    void redirectsCarryTokensToTheProviderAlone() {
        List<String> locations = new ArrayList<>();
        Reply reply = browser.get("/");
        for (int i = 0; i < 5 && reply.status() == 302; i++) {
            locations.add(reply.location());
            reply = browser.get(browser.visit(reply.location()));
        }
        assertThat(locations)
                .hasSize(2)
                .allSatisfy(location -> assertThat(location).doesNotContain("eyJ", "access-"));
        assertThat(browser.get("/logout").location()).startsWith(provider.issuer() + "/logout?id_token_hint=");
    }

    /** A refresh token that a thief has used: the provider ends its family, and the session with it. */
    @Test
    void aRefreshTokenThatWasUsedElsewhereEndsTheSession() {
        assertThat(browser.signOn("/").allowed()).isTrue();
        provider.forgetRefreshTokens();
        clock.move(Duration.ofSeconds(provider.tokenSeconds + 1));
        assertThat(browser.script("/").status()).isEqualTo(401);
        assertThat(engine().memory().size()).isZero();
        assertThat(browser.script("/").status()).isEqualTo(401);
        assertThat(provider.calls("refresh")).isEqualTo(1);
    }

    /** Key rings turn without a login that breaks. */
    @Test
    void aStateOfAnOlderKeyOfTheRingStillOpens() {
        byte[] old = new byte[32];
        byte[] next = new byte[32];
        new SecureRandom().nextBytes(old);
        new SecureRandom().nextBytes(next);
        TestEngine engine = engine();
        engine.keys(new KeyRing(List.of(old), new SecureRandom()));
        String callback = browser.visit(browser.get("/wanted").location());
        engine.keys(new KeyRing(List.of(next, old), new SecureRandom()));
        assertThat(browser.get(callback).location()).isEqualTo("/wanted");
        assertThat(browser.get("/").allowed()).isTrue();
        engine.keys(new KeyRing(List.of(next), new SecureRandom()));
        assertThat(browser.get("/").allowed()).isTrue();
        browser.cookies.clear();
        assertThat(browser.get(callback).status()).isEqualTo(400);
    }
}
