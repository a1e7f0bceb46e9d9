package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.testkit.OpenIdProvider;
import dev.gatehouse.xdsclient.Verdict;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is wrong with a policy is told by its field, and without its secrets. */
class SignOnPolicyTest extends SignOnFixture {
    private void isRefused(Consumer<OpenIdConnect.Builder> change, String message) {
        Verdict verdict = engine().push(message(POLICY, change));
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Rejected.class,
                        rejected -> assertThat(rejected.message())
                                .contains(POLICY + ": oidc." + message)
                                .doesNotContain(OpenIdProvider.SECRET));
    }

    @Test
    void eachFieldThatIsWrongIsNamed() {
        isRefused(OpenIdConnect.Builder::clearProviders, "providers: none");
        isRefused(oidc -> oidc.getProvidersBuilder(0).setIssuer("idp"), "providers[0].issuer: \"idp\"");
        isRefused(oidc -> oidc.getProvidersBuilder(0).clearClientId(), "providers[0].client_id");
        isRefused(
                oidc -> oidc.getProvidersBuilder(0).setTokenEndpoint("/token"),
                "providers[0].token_endpoint: \"/token\"");
        isRefused(
                oidc -> oidc.getProvidersBuilder(0).putAuthorizationParameters("state", "x"),
                "providers[0].authorization_parameters: \"state\"");
        isRefused(
                oidc -> oidc.getProvidersBuilder(0).addSigningAlgorithms("none"),
                "providers[0].signing_algorithms: \"none\"");
        isRefused(
                oidc -> oidc.getProvidersBuilder(0).addSigningAlgorithms("HS256"),
                "providers[0].signing_algorithms: \"HS256\"");
        isRefused(oidc -> oidc.addProviders(provider("main")), "providers[1].name: \"main\"");
        isRefused(oidc -> oidc.addProviders(provider("a/b")), "providers[1].name: \"a/b\"");
        isRefused(
                oidc -> oidc.getProvidersBuilder(0).getConnectionBuilder().addAddresses("idp"),
                "providers[0].connection.addresses[0]: \"idp\"");
        isRefused(
                oidc -> oidc.getProvidersBuilder(0)
                        .getClientAuthenticationBuilder()
                        .setMethod(OpenIdConnect.ClientAuthentication.Method.PRIVATE_KEY_JWT),
                "providers[0].client_authentication.private_key: none");
        isRefused(
                oidc -> oidc.getProvidersBuilder(0)
                        .getClientAuthenticationBuilder()
                        .setMethod(OpenIdConnect.ClientAuthentication.Method.PRIVATE_KEY_JWT)
                        .setPrivateKey("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
                "providers[0]: no RSA or EC key");
        isRefused(oidc -> oidc.setRedirectUri("/callback"), "redirect_uri: \"/callback\"");
        isRefused(oidc -> oidc.setRedirectUri("https://%REQ(:authority/cb"), "redirect_uri");
        isRefused(oidc -> oidc.setRedirectUri("https://x.example/%REQ(x-a)%"), "redirect_uri");
        isRefused(oidc -> oidc.setLogoutPath("logout"), "logout_path: \"logout\"");
        isRefused(oidc -> oidc.setLogoutPath("/oauth2/callback"), "logout_path: \"/oauth2/callback\"");
        isRefused(oidc -> oidc.getForwardingBuilder().setIdTokenHeader("a b"), "forwarding.id_token_header: \"a b\"");
        isRefused(
                oidc -> oidc.addDenyRedirect(
                        OpenIdConnect.HeaderMatch.newBuilder().setName("x").setRegex("(")),
                "deny_redirect[0].regex: \"(\"");
        isRefused(
                oidc -> oidc.getForwardingBuilder()
                        .addClaims(OpenIdConnect.Forwarding.ClaimHeader.newBuilder()
                                .setHeader("Cookie")
                                .setClaim("sub")),
                "forwarding.claims[0].header: \"cookie\"");
        isRefused(oidc -> oidc.getCookieBuilder().setDomain("a; b"), "cookie.domain: \"a; b\"");
        isRefused(oidc -> oidc.getSessionBuilder().setStore(OpenIdConnect.Session.Store.REDIS), "session.store: REDIS");
        isRefused(oidc -> oidc.getSessionBuilder().setIdleTimeout(seconds(-1)), "session.idle_timeout: PT-1S");
    }

    @Test
    void anUnknownPolicyStaysClosed() {
        assertThat(browser.get("/").status()).isEqualTo(503);
    }

    @Test
    void anotherPolicysChangeLeavesTheProvidersDocumentAndKeysAsTheyAre() {
        policy(oidc -> {});
        assertThat(browser.signOn("/").allowed()).isTrue();
        policy(oidc -> oidc.setLogoutPath("/bye"));
        browser.cookies.clear();
        assertThat(browser.signOn("/").allowed()).isTrue();
        assertThat(provider.calls("discovery")).isEqualTo(1);
        assertThat(provider.calls("jwks")).isEqualTo(1);
    }
}
