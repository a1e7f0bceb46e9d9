package dev.gatehouse.authz.introspection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.Introspection;
import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.xdsclient.Verdict;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OpaqueTokensTest extends IntrospectionFixture {
    @Test
    void anActiveTokenPassesWithItsClaimsForBackendAndFilters() {
        CheckResponse response = bearer("abc");
        assertThat(status(response)).isEqualTo(200);
        assertThat(header(response, "x-user")).contains("ann");
        assertThat(response.getDynamicMetadata()
                        .getFieldsOrThrow("gatehouse.token")
                        .getStructValue()
                        .getFieldsOrThrow("opaque")
                        .getStructValue()
                        .getFieldsOrThrow("scope")
                        .getListValue()
                        .getValuesList())
                .extracting(value -> value.getStringValue())
                .containsExactly("orders", "read");
        // RFC 6749 section 2.3.1: both are form-encoded before they are joined.
        assertThat(authorization)
                .isEqualTo("Basic "
                        + java.util.Base64.getEncoder()
                                .encodeToString("gate+house:s3%3Acret".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void theEndpointComesFromTheIssuersDocument() {
        policy(introspection -> introspection.clearEndpoint().setIssuer(address()));
        assertThat(status(bearer("abc"))).isEqualTo(200);
    }

    @Test
    void aRequestWithoutATokenIsToldNoError() {
        CheckResponse response = ask(Map.of());
        assertThat(status(response)).isEqualTo(401);
        assertThat(header(response, "www-authenticate")).contains("Bearer realm=\"gatehouse\"");
        assertThat(calls).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,b", "a,b c", "a b", "", "ä", "\"a\""})
    void aMalformedTokenIsRefusedAndNobodyIsAsked(String token) {
        assertThat(status(bearer(token))).isEqualTo(401);
        assertThat(calls).hasValue(0);
    }

    @Test
    void anInactiveTokenIsRefusedAndAskedAboutOnceForAWhile() {
        body = "{\"active\":false}";
        assertThat(header(bearer("abc"), "www-authenticate").orElse("")).contains("error=\"invalid_token\"");
        assertThat(status(bearer("abc"))).isEqualTo(401);
        assertThat(calls).hasValue(1);
        moved = Duration.ofSeconds(11);
        body = RIGHT;
        assertThat(status(bearer("abc"))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"active\":\"true\"}",
                "{\"active\":1}",
                "{\"active\":[true]}",
                "{\"active\":null}",
                "{}",
                "[]",
                "[{\"active\":true}]",
                "\"active\"",
                "null",
                "",
                "<!DOCTYPE html><p>Log in",
                "{\"active\":true",
                "{\"active\":true,\"exp\":\"tomorrow\"}",
                "{\"active\":true,\"exp\":[1]}",
                "{\"active\":true,\"nbf\":{}}",
                "{\"active\":true,\"aud\":{\"shop\":true}}",
                "{\"active\":true,\"scope\":{\"orders\":true}}"
            })
    void anAnswerOfAnOddFormLetsNobodyIn(String odd) {
        body = odd;
        CheckResponse response = bearer("abc");
        assertThat(status(response)).isEqualTo(503);
        assertThat(header(response, "retry-after")).contains("5");
    }

    @Test
    void anAnswerOfTenMegabytesLetsNobodyIn() {
        body = "{\"active\":true,\"pad\":\"" + "x".repeat(10_000_000) + "\"}";
        assertThat(status(bearer("abc"))).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 302, 401, 404, 500, 503})
    void anyOtherStatusThan200LetsNobodyIn(int other) {
        status = other;
        assertThat(status(bearer("abc"))).isEqualTo(503);
    }

    @Test
    void aSlowIssuerLetsNobodyIn() {
        slow = true;
        policy(introspection -> introspection.setConnection(OpenIdConnect.Connection.newBuilder()
                .setTimeout(com.google.protobuf.Duration.newBuilder().setNanos(200_000_000))));
        assertThat(status(bearer("abc"))).isEqualTo(503);
    }

    @Test
    void aHundredRequestsWithOneTokenMakeOneCall() {
        slow = true;
        List<CompletableFuture<CheckResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(asking(Map.of("authorization", "Bearer abc")));
        }
        gate.countDown();
        assertThat(answers)
                .allSatisfy(answer -> assertThat(status(answer.join())).isEqualTo(200));
        assertThat(calls).hasValue(1);
    }

    @Test
    void anAnswerIsUsedNoLongerThanTheTokenLives() {
        body = "{\"active\":true,\"exp\":" + Instant.now().plusSeconds(20).getEpochSecond() + "}";
        assertThat(status(bearer("abc"))).isEqualTo(200);
        moved = Duration.ofSeconds(30);
        body = "{\"active\":false}";
        assertThat(status(bearer("abc"))).isEqualTo(401);
    }

    @Test
    void aRevokedTokenIsKnownAfterTheCacheLifetime() {
        assertThat(status(bearer("abc"))).isEqualTo(200);
        body = "{\"active\":false}";
        assertThat(status(bearer("abc"))).isEqualTo(200);
        moved = Duration.ofSeconds(61);
        assertThat(status(bearer("abc"))).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"active\":true,\"exp\":1000}",
                "{\"active\":true,\"nbf\":9999999999}",
                "{\"active\":true,\"iss\":\"https://other.example\"}",
                "{\"active\":true,\"cnf\":{\"jkt\":\"a\"}}",
                "{\"active\":true,\"cnf\":{\"x5t#S256\":\"a\"}}",
                "{\"active\":true,\"token_type\":\"DPoP\"}",
                "{\"active\":true,\"token_type\":\"refresh_token\"}",
                "{\"active\":true,\"token_type\":7}",
                "{\"active\":true,\"token_use\":\"id\"}",
                "{\"active\":true,\"typ\":\"Refresh\"}",
                "{\"active\":true,\"typ\":\"Offline\"}"
            })
    void whatIsExpiredEarlyForeignBoundToAKeyOrNoAccessTokenIsRefused(String claims) {
        policy(introspection -> introspection.setIssuer(address()));
        body = claims;
        assertThat(header(bearer("abc"), "www-authenticate").orElse("")).contains("error=\"invalid_token\"");
    }

    /** RFC 8705 section 3: any bytes do for the DER form here, a hash is all that is looked at. */
    private static String certificate(String der) {
        return URLEncoder.encode(
                        "-----BEGIN CERTIFICATE-----\n"
                                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                        .encodeToString(der.getBytes(StandardCharsets.UTF_8))
                                + "\n-----END CERTIFICATE-----\n",
                        StandardCharsets.US_ASCII)
                .replace("+", "%20");
    }

    private static String thumbprint(String der) throws NoSuchAlgorithmException {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(der.getBytes(StandardCharsets.UTF_8)));
    }

    private int bound(String confirmation, String certificate) {
        body = "{\"active\":true,\"sub\":\"ann\",\"cnf\":" + confirmation + "}";
        return status(asking(Map.of("authorization", "Bearer t" + body.hashCode()), certificate)
                .join());
    }

    @Test
    void aTokenThatIsBoundToTheClientsCertificateIsTakenFromThatClientAlone() throws NoSuchAlgorithmException {
        String mine = "a certificate >>> that ??? needs more than one line of base64, with + and / in it: ~~~~ÿÿÿ";
        String bound = "{\"x5t#S256\":\"" + thumbprint(mine) + "\"}";
        assertThat(bound(bound, certificate(mine))).isEqualTo(200);
        assertThat(bound(bound, certificate("another"))).as("a stolen token").isEqualTo(401);
        assertThat(bound(bound, "")).as("a stolen token without a certificate").isEqualTo(401);
        assertThat(bound(bound, "no certificate %zz")).isEqualTo(401);
        assertThat(bound("{\"x5t#S256\":\"\"}", "")).isEqualTo(401);
    }

    @Test
    void aTokenThatIsBoundToMoreThanTheCertificateOrInAnUnknownFormIsRefused() throws NoSuchAlgorithmException {
        String mine = "mine";
        for (String confirmation : List.of(
                "{\"x5t#S256\":\"" + thumbprint(mine) + "\",\"jkt\":\"a\"}",
                "{\"jkt\":\"" + thumbprint(mine) + "\"}",
                "{\"x5t\":\"" + thumbprint(mine) + "\"}",
                "{\"x5t#S256\":[\"" + thumbprint(mine) + "\"]}",
                "{}",
                "null",
                "\"" + thumbprint(mine) + "\"")) {
            assertThat(bound(confirmation, certificate(mine))).as(confirmation).isEqualTo(401);
        }
    }

    @Test
    void anAnswerThatIsKeptProvesNothingForTheNextClient() throws NoSuchAlgorithmException {
        body = "{\"active\":true,\"cnf\":{\"x5t#S256\":\"" + thumbprint("mine") + "\"}}";
        Map<String, String> token = Map.of("authorization", "Bearer stolen");
        assertThat(status(asking(token, certificate("mine")).join())).isEqualTo(200);
        assertThat(status(asking(token, certificate("thief")).join())).isEqualTo(401);
        assertThat(calls).as("the answer is kept").hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"active\":true}", "{\"active\":true,\"aud\":\"other\"}", "{\"active\":true,\"aud\":[]}"})
    void aTokenOfAnotherAudienceIsRefused(String claims) {
        policy(introspection -> introspection.addAudiences("shop"));
        body = claims;
        assertThat(status(bearer("abc"))).isEqualTo(401);
    }

    @Test
    void aTokenWithoutAScopeIsToldWhichItNeeds() {
        policy(introspection -> introspection.addRequiredScopes("orders").addRequiredScopes("write"));
        CheckResponse response = bearer("abc");
        assertThat(status(response)).isEqualTo(403);
        assertThat(header(response, "www-authenticate"))
                .contains("Bearer realm=\"gatehouse\", error=\"insufficient_scope\", scope=\"orders write\"");
    }

    @Test
    void whatAClientSendsAsAClaimDoesNotReachTheBackend() {
        body = "{\"active\":true}";
        CheckResponse response = ask(Map.of("authorization", "bearer abc", "x-user", "root", "x_user", "root"));
        assertThat(status(response)).isEqualTo(200);
        assertThat(response.getOkResponse().getHeadersToRemoveList()).contains("x-user", "x_user");
    }

    @Test
    void aTokenIsLookedForWhereThePolicySays() {
        policy(introspection -> introspection
                .clearExtractFrom()
                .addExtractFrom(Introspection.TokenSource.newBuilder().setHeader("x-token")));
        assertThat(status(bearer("abc"))).isEqualTo(401);
        assertThat(status(ask(Map.of("x-token", "abc")))).isEqualTo(200);
    }

    @Test
    void twoIssuersWithOnePlaceAreRefusedSinceOneWouldGetTheOthersTokens() {
        Introspection one = Introspection.newBuilder()
                .setName("a")
                .setEndpoint(address())
                .setClientId("a")
                .setClientSecret("a")
                .addExtractFrom(Introspection.TokenSource.newBuilder()
                        .setHeader("Authorization")
                        .setPrefix("Bearer "))
                .build();
        assertThat(engine.push(AccessPolicy.newBuilder()
                        .setName("shop/two")
                        .addIntrospections(one)
                        .addIntrospections(one.toBuilder().setName("b"))
                        .build()))
                .asString()
                .contains("introspections[1].extract_from")
                .doesNotContain("s3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer abc,Bearer other",
                "Bearer other, bearer abc",
                "Bearer abc,Bearer abc",
                "Basic x,Bearer abc,Bearer"
            })
    void severalTokensAreRefusedSinceTheBackendMayReadAnother(String value) {
        CheckResponse response = ask(Map.of("authorization", value));
        assertThat(status(response)).isEqualTo(400);
        assertThat(header(response, "www-authenticate").orElse("")).contains("error=\"invalid_request\"");
        assertThat(calls).hasValue(0);
    }

    @Test
    void aSecondHeaderWithATokenIsRefused() {
        policy(introspection -> introspection.addExtractFrom(
                Introspection.TokenSource.newBuilder().setHeader("x-token")));
        assertThat(status(ask(Map.of("x-token", "abc", "authorization", "Bearer other"))))
                .isEqualTo(400);
        assertThat(status(ask(Map.of("x-token", "abc", "authorization", "Basic other"))))
                .isEqualTo(200);
        assertThat(status(ask(Map.of("x-token", "abc", "authorization", "Bearerish other"))))
                .isEqualTo(200);
    }

    @Test
    void besideASignOnATokenIsAskedAboutAndOthersSignOn() {
        AccessPolicy.Builder policy = AccessPolicy.newBuilder()
                .setName("shop/api")
                .setOidc(OpenIdConnect.newBuilder()
                        .addProviders(OpenIdConnect.Provider.newBuilder()
                                .setName("main")
                                .setIssuer("https://id.example.com")
                                .setAuthorizationEndpoint("https://id.example.com/authorize")
                                .setTokenEndpoint("https://id.example.com/token")
                                .setJwksUri("https://id.example.com/keys")
                                .setClientId("gatehouse")
                                .setClientAuthentication(OpenIdConnect.ClientAuthentication.newBuilder()
                                        .setClientSecret("secret")))
                        .setRedirectUri("https://%REQ(:authority)%/oauth2/callback")
                        .setForwarding(OpenIdConnect.Forwarding.newBuilder()
                                .addClaims(OpenIdConnect.Forwarding.ClaimHeader.newBuilder()
                                        .setHeader("x-session-user")
                                        .setClaim("sub"))))
                .addIntrospections(introspection());
        assertThat(engine.push(policy.build())).isEqualTo(new Verdict.Accepted());
        assertThat(status(ask(Map.of("accept", "text/html")))).isEqualTo(302);
        assertThat(status(ask(Map.of("accept", "application/json")))).isEqualTo(401);
        CheckResponse response = ask(Map.of("authorization", "Bearer abc", "x-session-user", "root"));
        assertThat(status(response)).isEqualTo(200);
        assertThat(response.getOkResponse().getHeadersToRemoveList()).contains("x-session-user");
        assertThat(response.getDynamicMetadata()
                        .getFieldsOrThrow("gatehouse.session")
                        .hasNullValue())
                .isTrue();
        assertThat(response.getDynamicMetadata()
                        .getFieldsOrThrow("gatehouse.token")
                        .getStructValue()
                        .getFieldsMap())
                .containsOnlyKeys("opaque");
        body = "{\"active\":false}";
        assertThat(status(ask(Map.of("authorization", "Bearer unknown", "accept", "text/html"))))
                .as("not led to sign on")
                .isEqualTo(401);
        assertThat(status(ask(Map.of("authorization", "Bearer", "accept", "text/html"))))
                .as("a malformed token is not none")
                .isEqualTo(401);
    }
}
