package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.authz.oidc.Browser.Reply;
import dev.gatehouse.xdsclient.Verdict;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two policies with one sign-on, as merged ones have: sessions are shared, what each asks for is not. */
class SharedSessionTest extends SignOnFixture {
    private static final String PART = "shop/part+shop/sso";
    private static final OpenIdConnect.TokenExchange FOR_BACKEND =
            OpenIdConnect.TokenExchange.newBuilder().setAudience("backend").build();

    private final Browser part = new Browser(() -> engines.getFirst(), PART);

    @BeforeEach
    void share() {
        provider.claims = claims -> claims.putIfAbsent("acr", "silver");
    }

    private void policies(OpenIdConnect.Session.Store store, Consumer<OpenIdConnect.Builder> ofPart) {
        Consumer<OpenIdConnect.Builder> shared = oidc -> {
            oidc.setKey("shared1").getForwardingBuilder().setAccessToken(true);
            oidc.getSessionBuilder().setStore(store);
        };
        assertThat(engine().push(message(POLICY, shared), message(PART, shared.andThen(ofPart))))
                .isEqualTo(new Verdict.Accepted());
    }

    private void policies(Consumer<OpenIdConnect.Builder> ofPart) {
        policies(OpenIdConnect.Session.Store.MEMORY, ofPart);
    }

    private static Consumer<OpenIdConnect.Builder> exchanging() {
        return oidc -> oidc.getProvidersBuilder(0).setTokenExchange(FOR_BACKEND);
    }

    /** One browser: what one policy sets, the other one gets. */
    private void share(Browser from, Browser to) {
        to.cookies.clear();
        to.cookies.putAll(from.cookies);
    }

    private static String token(Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.upstream().getOrDefault("authorization", "none");
    }

    @ParameterizedTest
    @EnumSource(names = {"MEMORY", "COOKIE"})
    void eachBackendGetsItsOwnToken(OpenIdConnect.Session.Store store) {
        policies(store, exchanging());
        String own = token(browser.signOn("/"));
        assertThat(own).startsWith("Bearer access-");
        share(browser, part);
        assertThat(token(part.get("/"))).isEqualTo("Bearer exchanged-for-backend-1");
        assertThat(token(part.get("/"))).isEqualTo("Bearer exchanged-for-backend-1");
        share(part, browser);
        assertThat(token(browser.get("/"))).as("not the other backend's").isEqualTo(own);
        assertThat(provider.calls("exchange")).isEqualTo(1);
    }

    @Test
    void anAnswerThatTheOtherPolicyGetsIsAsGood() {
        policies(exchanging());
        String location = browser.get("/").location();
        share(browser, part);
        Reply landed = part.get(part.visit(location));
        assertThat(landed.location()).isEqualTo("/");
        share(part, browser);
        assertThat(token(browser.get("/"))).startsWith("Bearer access-");
    }

    @ParameterizedTest
    @EnumSource(names = {"MEMORY", "COOKIE"})
    void aRefreshIsOneForAllBackends(OpenIdConnect.Session.Store store) {
        policies(store, exchanging());
        String first = token(browser.signOn("/"));
        share(browser, part);
        token(part.get("/"));
        clock.move(Duration.ofSeconds(provider.tokenSeconds + 1));
        assertThat(token(part.get("/"))).isEqualTo("Bearer exchanged-for-backend-2");
        share(part, browser);
        assertThat(token(browser.get("/"))).startsWith("Bearer access-").isNotEqualTo(first);
        assertThat(provider.calls("refresh")).isEqualTo(1);
    }

    @Test
    void aTokenOfABackendIsNeverOlderThanItsEnd() {
        policies(exchanging());
        browser.signOn("/");
        share(browser, part);
        token(part.get("/"));
        clock.move(Duration.ofSeconds(provider.tokenSeconds + 1));
        token(browser.get("/"));
        clock.move(Duration.ofSeconds(10));
        assertThat(token(part.get("/")))
                .as("a refresh for the other policy did not bring it")
                .isEqualTo("Bearer exchanged-for-backend-2");
    }

    @Test
    void aRefusedExchangeClosesThatPartAlone() {
        policies(exchanging());
        String own = token(browser.signOn("/"));
        share(browser, part);
        provider.exchangeError = Optional.of("access_denied");
        Reply refused = part.get("/");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).contains("does not let you use this part");
        assertThat(part.script("/").body()).contains("access_denied");
        assertThat(token(browser.get("/"))).isEqualTo(own);
        provider.exchangeError = Optional.empty();
        assertThat(token(part.get("/"))).startsWith("Bearer exchanged-for-backend-");
    }

    @Test
    void whileTheProviderIsAwayABackendWithoutATokenGetsNoRequest() {
        policies(exchanging());
        String own = token(browser.signOn("/"));
        share(browser, part);
        provider.tokenStatus = 503;
        assertThat(part.get("/").status()).isEqualTo(503);
        assertThat(token(browser.get("/"))).isEqualTo(own);
    }

    @Test
    void aSessionIsSteppedUpByAnAnswerThatTheWeakerPolicyGets() {
        policies(oidc -> oidc.getStepUpBuilder().addAcrValues("gold"));
        token(browser.signOn("/"));
        share(browser, part);
        Reply asked = part.get("/gold");
        assertThat(parameter(asked.location(), "acr_values")).isEqualTo("gold");
        share(part, browser);
        provider.claims = claims -> claims.put("acr", "gold");
        assertThat(browser.get(browser.visit(asked.location())).location()).isEqualTo("/gold");
        share(browser, part);
        token(part.get("/gold"));
    }

    @Test
    void aSignOnThatIsTooWeakEndsThereAndDoesNotLoop() {
        policies(oidc -> oidc.getStepUpBuilder().addAcrValues("gold"));
        token(browser.signOn("/"));
        share(browser, part);
        String location = part.get("/gold").location();
        share(part, browser);
        provider.claims = claims -> claims.put("acr", "silver");
        Reply refused = browser.get(browser.visit(location));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(lastOutcome()).isEqualTo("step-up-missed");
        token(browser.get("/"));
    }

    @Test
    void aWeakerSignOnIsEnoughWhereTheStrongerPolicyGetsTheAnswer() {
        policies(oidc -> oidc.getStepUpBuilder().addAcrValues("gold"));
        String location = browser.get("/").location();
        share(browser, part);
        assertThat(part.get(part.visit(location)).location()).isEqualTo("/");
        share(part, browser);
        token(browser.get("/"));
    }
}
