package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.authz.oidc.Browser.Reply;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the backend and other filters get to know, and what a client cannot tell them. */
class ForwardingTest extends SignOnFixture {
    private void signOn() {
        assertThat(browser.signOn("/").allowed()).isTrue();
    }

    @Test
    void withoutForwardingTheBackendGetsNothingOfTheSession() {
        policy(oidc -> {});
        signOn();
        browser.cookies.put("theme", "dark");
        Reply reply = browser.send("GET", "/", Map.of("authorization", "Basic eA=="));
        assertThat(reply.upstream()).isEqualTo(Map.of("cookie", "theme=dark"));
        browser.cookies.remove("theme");
        assertThat(browser.get("/").removed()).containsExactly("cookie");
    }

    @Test
    void tokensAndClaimsGoIntoTheHeadersThatThePolicyNames() {
        policy(oidc -> oidc.getForwardingBuilder()
                .setAccessToken(true)
                .setIdTokenHeader("X-Id-Token")
                .setInternalAccessTokenHeader("x-gatehouse-access")
                .setInternalIdTokenHeader("x-gatehouse-id")
                .addClaims(claim("X-User", "sub"))
                .addClaims(claim("X-Groups", "groups"))
                .addClaims(claim("X-Roles", "realm_access.roles"))
                .addClaims(claim("X-None", "not.there")));
        signOn();
        Map<String, String> upstream = browser.send("GET", "/", Map.of("authorization", "Bearer forged"))
                .upstream();
        assertThat(upstream.get("authorization")).startsWith("Bearer access-");
        assertThat(upstream.get("x-id-token")).startsWith("ey").isEqualTo(upstream.get("x-gatehouse-id"));
        assertThat("Bearer " + upstream.get("x-gatehouse-access")).isEqualTo(upstream.get("authorization"));
        assertThat(upstream)
                .containsEntry("x-user", "alice")
                .containsEntry("x-groups", "staff,admins")
                .containsEntry("x-roles", "reader,writer")
                .doesNotContainKey("x-none");
    }

    /** A backend that splits the header would take one group for three. */
    @Test
    void anElementOfAListWithACommaInItIsLeftOut() {
        policy(oidc -> oidc.getForwardingBuilder()
                .addClaims(claim("x-groups", "groups"))
                .addClaims(claim("x-name", "name")));
        provider.claims = claims -> {
            claims.put("groups", List.of("a,admin", "b", "c"));
            claims.put("name", "Doe, John");
        };
        signOn();
        assertThat(browser.get("/").upstream()).containsEntry("x-groups", "b,c").containsEntry("x-name", "Doe, John");
    }

    @Test
    void tokensThatAreTooLongForHeadersAreRefusedAndTheSessionStays() {
        policy(oidc -> {});
        provider.claims = claims -> claims.remove("at_hash");
        provider.tokenAnswer = answer -> answer.put("access_token", "a".repeat(70_000));
        signOn();
        policy(oidc -> oidc.getForwardingBuilder().setAccessToken(true));
        Reply page = browser.get("/");
        assertThat(page.status()).isEqualTo(403);
        assertThat(page.body()).contains("tokens-too-long");
        assertThat(browser.script("/").body()).contains("server_error");
        policy(oidc -> {});
        assertThat(browser.get("/").allowed()).isTrue();
    }

    @Test
    void anAccessTokenWithCharactersThatNoTokenHasMakesNoSession() {
        policy(oidc -> oidc.getForwardingBuilder().setAccessToken(true));
        provider.claims = claims -> claims.remove("at_hash");
        provider.tokenAnswer = answer -> answer.put("access_token", "abc\r\nx-admin: y");
        assertThat(browser.signOn("/").status()).isEqualTo(403);
        assertThat(engine().events().getLast().toString()).contains("tokens-wrong", "access_token");
    }

    private static OpenIdConnect.Forwarding.ClaimHeader claim(String header, String claim) {
        return OpenIdConnect.Forwarding.ClaimHeader.newBuilder()
                .setHeader(header)
                .setClaim(claim)
                .build();
    }

    /** CVE-2025-64484: variants of a header's name reach backends that take them for the same. */
    @Test
    void headersThatTellWhoItIsCannotBeSetByClientsInAnySpelling() {
        policy(oidc -> oidc.getForwardingBuilder()
                .setIdTokenHeader("x-id-token")
                .setInternalAccessTokenHeader("x-internal-access")
                .addClaims(claim("X-User-Id", "missing")));
        signOn();
        List<String> forged = List.of("x-user-id", "x_user_id", "x-user_id", "x_id-token", "x-internal_access");
        Map<String, String> headers = forged.stream().collect(Collectors.toMap(name -> name, name -> "mallory"));
        assertThat(browser.send("GET", "/", headers).removed()).containsAll(forged);
    }

    @Test
    void aClaimThatNoHeaderCanHaveIsLeftOut() {
        policy(oidc -> oidc.getForwardingBuilder().addClaims(claim("x-name", "name")));
        provider.claims = claims -> claims.put("name", "a\r\nx-admin: true");
        signOn();
        assertThat(browser.get("/").upstream()).doesNotContainKey("x-name");
    }

    @Test
    void otherFiltersGetTheClaimsAndNoToken() {
        policy(oidc -> {});
        signOn();
        Struct session = browser.get("/")
                .raw()
                .getDynamicMetadata()
                .getFieldsOrThrow("gatehouse.session")
                .getStructValue();
        assertThat(session.getFieldsOrThrow("sub").getStringValue()).isEqualTo("alice");
        assertThat(session.getFieldsOrThrow("realm_access")
                        .getStructValue()
                        .getFieldsOrThrow("roles")
                        .getListValue()
                        .getValues(1)
                        .getStringValue())
                .isEqualTo("writer");
        assertThat(session.toString()).doesNotContain("access-", "eyJ");
    }

    @Test
    void requestsWithATokenPassThroughToTheFilterThatVerifiesIt() {
        policy(oidc -> {
            oidc.addPassThrough(OpenIdConnect.PassThrough.newBuilder()
                    .setHeader("Authorization")
                    .setPrefix("Bearer "));
            oidc.getForwardingBuilder().addClaims(claim("x-user", "sub"));
        });
        Reply bearer = browser.send("GET", "/", Map.of("authorization", "bearer aa.bb.cc", "x_user", "mallory"));
        assertThat(bearer.allowed()).isTrue();
        assertThat(bearer.removed()).contains("x_user").doesNotContain("authorization");
        for (String other : List.of(
                "Basic aa.bb.cc", "Bearer opaque", "Bearer ", "Bearer a.b", "Bearer aa.bb.", "Bearer a.b.c.d.e")) {
            assertThat(browser.send("GET", "/", Map.of("authorization", other, "accept", "*/*"))
                            .status())
                    .as(other)
                    .isEqualTo(401);
        }
    }
}
