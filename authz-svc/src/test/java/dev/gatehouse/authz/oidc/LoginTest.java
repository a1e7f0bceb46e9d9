package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.authz.oidc.Browser.Reply;
import dev.gatehouse.testkit.OpenIdProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoginTest extends SignOnFixture {
    @BeforeEach
    void push() {
        policy(oidc -> {});
    }

    @Test
    void aScopeWithASpaceIsTwoAndAnEmptyOneIsNone() {
        policy(oidc -> oidc.getProvidersBuilder(0).addScopes("profile groups").addScopes(""));
        assertThat(parameter(browser.get("/").location(), "scope")).isEqualTo("openid email profile groups");
    }

    @Test
    void aNavigationIsLedToTheProviderAndEndsWhereItWantedToGo() {
        Reply first = browser.get("/shop?item=1&size=a%20b");
        assertThat(first.status()).isEqualTo(302);
        assertThat(first.location()).startsWith(provider.issuer() + "/authorize?");
        assertThat(parameter(first.location(), "code_challenge_method")).isEqualTo("S256");
        assertThat(parameter(first.location(), "redirect_uri")).isEqualTo("https://app.example.com/oauth2/callback");
        Reply landed = browser.follow(first);
        assertThat(landed.allowed()).isTrue();
        assertThat(landed.path()).isEqualTo("/shop?item=1&size=a%20b");
        assertThat(browser.cookies).hasSize(1);
        assertThat(browser.get("/other").allowed()).isTrue();
        assertThat(provider.calls("token")).isEqualTo(1);
        assertThat(engine().events().getLast().toString()).contains("LOGIN", "ok", "alice");
    }

    @Test
    void theSessionsCookieIsShortAndOutOfReachOfScripts() {
        browser.get("/");
        Reply callback = browser.get(browser.visit(browser.get("/").location()));
        String cookie = callback.setCookies().getFirst();
        assertThat(cookie).contains("; Path=/; Secure; HttpOnly; SameSite=Lax").startsWith("__Host-gh-");
        assertThat(cookie.split(";", 2)[0].length()).isLessThanOrEqualTo(100);
    }

    @Test
    void cookiesOfLoginsAreFewAndShort() {
        for (int i = 0; i < 1000; i++) {
            browser.get("/page/" + i);
        }
        assertThat(browser.cookies.size()).isLessThanOrEqualTo(5);
        browser.cookies.forEach(
                (name, value) -> assertThat(name.length() + value.length()).isLessThan(200));
        assertThat(engine().memory().size()).isZero();
    }

    @Test
    void twentyTabsEndWhereEachWantedToGo() {
        List<Reply> tabs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            // All ask before any has an answer: none knows of the others.
            Browser cold = new Browser(this::engine, POLICY);
            tabs.add(cold.get("/tab/" + i));
            browser.cookies.putAll(cold.cookies);
        }
        Collections.reverse(tabs);
        List<String> landed = new ArrayList<>();
        for (Reply tab : tabs) {
            Reply end = browser.follow(tab);
            assertThat(end.allowed()).as(end.body()).isTrue();
            landed.add(end.path());
        }
        Collections.reverse(landed);
        for (int i = 0; i < 20; i++) {
            assertThat(landed.get(i)).isEqualTo("/tab/" + i);
        }
        assertThat(provider.calls("token")).isEqualTo(1);
        assertThat(engine().memory().size()).isEqualTo(1);
    }

    @Test
    void aBrowserThatKeepsNoCookiesIsToldSoAfterTwoMoreTries() {
        browser.keepsCookies = false;
        Reply end = browser.signOn("/deep/link");
        assertThat(end.status()).isEqualTo(400);
        assertThat(end.body()).contains("allow them", "href=\"/deep/link\"");
        assertThat(provider.calls("authorize")).isEqualTo(3);
        browser.scheme = "http";
        assertThat(browser.signOn("/").body()).contains("https://");
        browser.host = "localhost:8080";
        assertThat(browser.signOn("/").body()).doesNotContain("https://");
    }

    @Test
    void deepLinksWithLongQueriesComeBackWhole() {
        String path = "/search?q=" + "a%20b%26c".repeat(300) + "&page=2";
        assertThat(browser.signOn(path).path()).isEqualTo(path);
    }

    /** What does not pack well: 12 kB of it. */
    private static String noise(int length) {
        Random random = new Random(7);
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~.%25";
        return random.ints(length, 0, letters.length())
                .mapToObj(i -> letters.substring(i, i + 1))
                .collect(Collectors.joining());
    }

    @Test
    void anAddressOfTwelveKilobytesIsKeptByTheBrowserAndNotSentToTheProvider() {
        String path = "/search?q=" + noise(12_000);
        Reply begun = browser.get(path);
        assertThat(begun.location()).as("providers take 4 kB").hasSizeLessThan(3_000);
        assertThat(begun.setCookies()).allSatisfy(cookie -> assertThat(cookie).hasSizeLessThan(4_000));
        assertThat(String.join("", begun.setCookies())).doesNotContain("ABC/search");
        Reply page = browser.follow(begun);
        assertThat(page.path()).isEqualTo(path);
        assertThat(page.allowed()).isTrue();
        assertThat(browser.cookies).as("the session's alone").hasSize(1);
    }

    @Test
    void loginsWithLongAddressesDoNotTakeEachOthers() {
        List<String> paths = List.of("/a?q=" + noise(5_000), "/b?q=" + noise(6_000), "/c");
        List<Reply> begun = paths.stream().map(browser::get).toList();
        for (int i = 0; i < paths.size(); i++) {
            assertThat(browser.follow(begun.get(i)).path()).isEqualTo(paths.get(i));
        }
    }

    @Test
    void anAddressThatIsLostIsNeverLostSilently() {
        String path = "/search?q=" + noise(12_000);
        Reply begun = browser.get(path);
        String back = browser.visit(begun.location());
        browser.cookies.keySet().removeIf(name -> name.matches(".*-.{8}-1"));
        Reply page = browser.get(back);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.allowed()).isFalse();
        assertThat(page.body()).contains("has not kept the address").contains("href=\"/search\"");

        browser.cookies.clear();
        Reply late = browser.get(browser.visit(browser.get(path).location()));
        assertThat(late.location()).isEqualTo(path);
        browser.cookies.clear();
        String again = browser.visit(browser.get(path).location());
        browser.cookies.clear();
        assertThat(browser.get(again).body()).contains("has not kept the address");

        browser.cookies.clear();
        Reply tooLong = browser.get("/search?q=" + noise(16_000));
        assertThat(tooLong.status()).isEqualTo(401);
        assertThat(tooLong.body()).contains("too long to be kept").contains("href=\"/search\"");
    }

    @Test
    void cookiesOfAbortedLoginsDoNotGrowUntilNoPageComesAnyMore() {
        for (int i = 0; i < 20; i++) {
            browser.get("/search?i=" + i + "&q=" + noise(12_000));
        }
        assertThat(browser.cookies.toString()).hasSizeLessThan(40_000);
        assertThat(browser.signOn("/short").allowed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sec-purpose: prefetch",
                "sec-purpose: prefetch;prerender",
                "sec-purpose: prefetch;anonymous-client-ip",
                "purpose: prefetch",
                "x-purpose: preview",
                "x-moz: prefetch"
            })
    void aPageThatNobodyAskedForYetStartsNoLogin(String header) {
        Reply reply = browser.send(
                "GET",
                "/",
                Map.of(
                        "accept",
                        "text/html",
                        "sec-fetch-mode",
                        "navigate",
                        header.split(": ")[0],
                        header.split(": ")[1]));
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.setCookies()).isEmpty();
        assertThat(reply.header("cache-control")).contains("no-store");
    }

    @Test
    void scriptsAndProgramsGet401AndJson() {
        Reply script = browser.script("/api");
        assertThat(script.status()).isEqualTo(401);
        assertThat(script.body()).contains("\"error\":\"login_required\"");
        assertThat(script.header("www-authenticate")).contains("Bearer realm=\"gatehouse\"");
        assertThat(script.header("cache-control")).contains("no-store");
        assertThat(browser.send("GET", "/", Map.of("accept", "text/html", "upgrade", "websocket"))
                        .status())
                .isEqualTo(401);
        assertThat(browser.send("PUT", "/", Map.of("accept", "text/html")).status())
                .isEqualTo(401);
        Reply grpc = browser.send("POST", "/pkg.Service/Call", Map.of("content-type", "application/grpc+proto"));
        assertThat(grpc.status()).isEqualTo(401);
        assertThat(grpc.raw().getStatus().getCode()).isEqualTo(16);
        assertThat(grpc.body()).doesNotContain("{");
    }

    @Test
    void headRequestsAndClientsWithoutAcceptAreLedToo() {
        assertThat(browser.send("HEAD", "/", Map.of("accept", "text/html")).status())
                .isEqualTo(302);
        assertThat(browser.send("GET", "/", Map.of()).status()).isEqualTo(302);
    }

    @Test
    void aFormThatCameTooLateIsAnsweredWithAPageThatSaysSo() {
        Reply form = browser.send("POST", "/order", Map.of("accept", "text/html", "sec-fetch-mode", "navigate"));
        assertThat(form.status()).isEqualTo(401);
        assertThat(form.body()).contains("was not received", "href=\"/order\"");
        assertThat(form.header("content-security-policy").orElseThrow()).contains("default-src 'none'");
    }

    @Test
    void preflightsPassAndNothingElseOfTheirKind() {
        Map<String, String> preflight =
                Map.of("origin", "https://other.example", "access-control-request-method", "PUT");
        Reply reply = browser.send("OPTIONS", "/api", preflight);
        assertThat(reply.allowed()).isTrue();
        assertThat(browser.send("OPTIONS", "/api", Map.of("origin", "https://other.example"))
                        .status())
                .isEqualTo(401);
        assertThat(browser.send("GET", "/api", preflight).allowed()).isFalse();
    }

    @Test
    void requestsThatDenyRedirectMatchesGet401() {
        policy(oidc -> oidc.addDenyRedirect(
                        OpenIdConnect.HeaderMatch.newBuilder().setName("X-Ajax").setExact("1"))
                .addDenyRedirect(
                        OpenIdConnect.HeaderMatch.newBuilder().setName("accept").setRegex("application/.*"))
                .addDenyRedirect(
                        OpenIdConnect.HeaderMatch.newBuilder().setName(":path").setPrefix("/api/")));
        Map<String, String> html = Map.of("accept", "text/html", "x-ajax", "1");
        assertThat(browser.send("GET", "/", html).status()).isEqualTo(401);
        assertThat(browser.get("/api/items").status()).isEqualTo(401);
        assertThat(browser.get("/").status()).isEqualTo(302);
    }

    @Test
    void theUserChoosesAmongSeveralProviders() {
        policy(oidc -> oidc.addProviders(provider("second").setDisplayName("<Second> & Co")));
        Reply page = browser.get("/wanted");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.allowed()).isFalse();
        assertThat(page.body())
                .contains("The main one", "&lt;Second&gt; &amp; Co")
                .doesNotContain("<script");
        String link = page.body()
                .replaceAll("(?s).*?href=\"([^\"]*provider=second[^\"]*)\".*", "$1")
                .replace("&amp;", "&");
        Reply start = browser.get(link);
        assertThat(parameter(start.location(), "redirect_uri"))
                .isEqualTo("https://app.example.com/oauth2/callback/second");
        Reply landed = browser.follow(start);
        assertThat(landed.allowed()).as(landed.body()).isTrue();
        assertThat(landed.path()).isEqualTo("/wanted");
        assertThat(engine().events().getLast().provider()).isEqualTo("second");
    }

    @Test
    void cookiesForADomainHaveThePrefixSecure() {
        policy(oidc -> oidc.setCookie(OpenIdConnect.Cookie.newBuilder().setDomain("example.com")));
        assertThat(browser.signOn("/").allowed()).isTrue();
        assertThat(browser.sessionCookie().orElseThrow()).startsWith("__Secure-gh-");
    }

    @Test
    void aStrictCookieArrivesByANavigationOfTheSiteItself() {
        policy(oidc ->
                oidc.setCookie(OpenIdConnect.Cookie.newBuilder().setSameSite(OpenIdConnect.Cookie.SameSite.STRICT)));
        Reply landing = browser.signOn("/a?b=c&d");
        assertThat(landing.status()).isEqualTo(200);
        assertThat(landing.allowed()).isFalse();
        assertThat(landing.body()).contains("http-equiv=\"refresh\" content=\"0;url=/a?b=c&amp;d\"");
        assertThat(landing.setCookies().getFirst()).contains("SameSite=Strict");
        assertThat(browser.get("/a").allowed()).isTrue();
    }

    @Test
    void aProviderThatIsDownAtTheLoginIsAPageAndNoDoor() {
        provider.status = 500;
        Reply reply = browser.get("/");
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("retry-after")).isPresent();
        assertThat(reply.body()).doesNotContain(OpenIdProvider.SECRET);
    }

    @Test
    void errorsOfTheProviderAreFriendlyPages() {
        Map<String, Integer> statuses =
                Map.of("access_denied", 403, "login_required", 401, "server_error", 503, "<script>", 502);
        statuses.forEach((error, status) -> {
            provider.authorizationAnswer = answer -> {
                answer.remove("code");
                answer.put("error", error);
                answer.put("error_description", "<b>gotcha</b>");
            };
            Reply page = browser.signOn("/");
            assertThat(page.status()).isEqualTo(status);
            assertThat(page.body()).doesNotContain("gotcha", "<script>").contains("Try again");
        });
        assertThat(browser.cookies).isEmpty();
    }

    @Test
    void whoTakesAnythingIsLedOnAsByEnvoyGateway() {
        assertThat(browser.send("GET", "/", Map.of("accept", "*/*")).status()).isEqualTo(302);
        assertThat(browser.send("HEAD", "/", Map.of("accept", "*/*")).status()).isEqualTo(302);
        assertThat(browser.send("POST", "/", Map.of("accept", "*/*")).status()).isEqualTo(401);
        assertThat(browser.send("GET", "/", Map.of("accept", "application/json, */*"))
                        .status())
                .isEqualTo(401);
        assertThat(browser.send("GET", "/", Map.of("accept", "*/*", "x-requested-with", "XMLHttpRequest"))
                        .status())
                .isEqualTo(401);
        assertThat(browser.send("GET", "/", Map.of("accept", "*/*", "authorization", "Bearer expired"))
                        .status())
                .isEqualTo(401);
    }
}
