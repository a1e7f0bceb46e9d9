package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import dev.gatehouse.authz.oidc.Browser.Reply;
import dev.gatehouse.testkit.OpenIdProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The modules of the OpenID Foundation's conformance suite for relying parties, by their names, and further cases of OpenID Connect Core 1.0 section 3.1.3.7 and RFC
 * 8725.
 */
class TokenChecksTest extends SignOnFixture {
    @BeforeEach
    void push() {
        policy(oidc -> {});
    }

    private void signsOn() {
        Reply reply = browser.signOn("/wanted");
        assertThat(reply.allowed()).as(reply.body() + engine().events()).isTrue();
    }

    private void isRefused(String why) {
        Reply reply = browser.signOn("/wanted");
        assertThat(reply.allowed()).isFalse();
        assertThat(reply.status()).isEqualTo(403);
        assertThat(engine().events().getLast().detail()).contains(why);
        assertThat(browser.sessionCookie()).isEmpty();
        assertThat(engine().memory().size()).isZero();
        assertThat(browser.script("/wanted").allowed()).isFalse();
    }

    private void isRefused(Consumer<Map<String, @Nullable Object>> claims, String why) {
        provider.claims = claims;
        isRefused(why);
    }

    @Nested
    class ConformanceModules {
        @Test
        void oidccClientTest() {
            signsOn();
        }

        @Test
        void oidccClientTestNonceInvalid() {
            isRefused(claims -> claims.put("nonce", "another"), "nonce");
            isRefused(claims -> claims.remove("nonce"), "nonce");
        }

        @Test
        void oidccClientTestClientSecretBasic() {
            signsOn();
            assertThat(provider.lastTokenRequest).doesNotContainKey("client_secret");
        }

        @Test
        void oidccClientTestScopeUserinfoClaims() {
            policy(oidc -> oidc.getProvidersBuilder(0).setUserInfo(true).addScopes("phone"));
            signsOn();
            assertThat(browser.get("/").raw().getDynamicMetadata().toString()).contains("+1 555");
            assertThat(provider.lastAuthorization).containsEntry("scope", "openid email phone");
        }

        @Test
        void oidccClientTestKidAbsentSingleJwks() {
            provider.signing = java.util.Optional.of(this::withoutKid);
            signsOn();
        }

        @Test
        void oidccClientTestKidAbsentMultipleJwks() {
            provider.publish(OpenIdProvider.rsa("key-2"));
            provider.signing = java.util.Optional.of(this::withoutKid);
            isRefused("kid is missing");
        }

        private String withoutKid(Map<String, @Nullable Object> claims) throws com.nimbusds.jose.JOSEException {
            return OpenIdProvider.sign(
                    claims, OpenIdProvider.header(JWSAlgorithm.RS256), new RSASSASigner(provider.key()));
        }

        @Test
        void oidccClientTestMissingIat() {
            isRefused(claims -> claims.remove("iat"), "iat is missing");
        }

        @Test
        void oidccClientTestMissingAud() {
            isRefused(claims -> claims.remove("aud"), "aud");
        }

        @Test
        void oidccClientTestInvalidAud() {
            isRefused(claims -> claims.put("aud", "another"), "aud");
            isRefused(claims -> claims.put("aud", List.of("gatehouse2", "GATEHOUSE")), "aud");
        }

        @Test
        void oidccClientTestIdtokenSigNone() {
            provider.signing = java.util.Optional.of(OpenIdProvider::unsigned);
            isRefused("not a signed JWT");
        }

        @Test
        void oidccClientTestIdtokenSigRs256() {
            policy(oidc -> oidc.getProvidersBuilder(0).addSigningAlgorithms("RS256"));
            signsOn();
        }

        @Test
        void oidccClientTestMissingSub() {
            isRefused(claims -> claims.remove("sub"), "sub");
            isRefused(claims -> claims.put("sub", ""), "sub");
            isRefused(claims -> claims.put("sub", 7), "sub");
        }

        @Test
        void oidccClientTestInvalidSigRs256() {
            RSAKey forged = OpenIdProvider.rsa("key-1");
            provider.signing = java.util.Optional.of(claims -> OpenIdProvider.sign(
                    claims, OpenIdProvider.header(JWSAlgorithm.RS256).keyID("key-1"), new RSASSASigner(forged)));
            isRefused("signature");
        }

        @Test
        void oidccClientTestInvalidSigHs256() {
            provider.signing = java.util.Optional.of(provider::confused);
            isRefused("alg \"HS256\" is not allowed");
        }

        @Test
        void oidccClientTestInvalidSigEs256() {
            provider.publish(OpenIdProvider.ec("ec-1"));
            ECKey forged = OpenIdProvider.ec("ec-1");
            provider.signing = java.util.Optional.of(claims -> OpenIdProvider.sign(claims, forged));
            isRefused("signature");
        }

        @Test
        void oidccClientTestInvalidIss() {
            isRefused(claims -> claims.put("iss", provider.issuer() + "/"), "iss");
            isRefused(claims -> claims.remove("iss"), "iss");
        }

        @Test
        void oidccClientTestUserinfoInvalidSub() {
            policy(oidc -> oidc.getProvidersBuilder(0).setUserInfo(true));
            provider.userInfo = claims -> claims.put("sub", "mallory");
            isRefused("UserInfo");
        }

        @Test
        void oidccClientTestUserinfoBearerHeader() {
            policy(oidc -> oidc.getProvidersBuilder(0).setUserInfo(true));
            signsOn();
            assertThat(provider.calls("userinfo")).isEqualTo(1);
        }

        @Test
        void oidccClientTestUserinfoSigned() {
            policy(oidc -> oidc.getProvidersBuilder(0).setUserInfo(true));
            provider.signedUserInfo = true;
            signsOn();
            browser.cookies.clear();
            provider.userInfo = claims -> claims.put("aud", "another");
            assertThat(browser.signOn("/").allowed()).isFalse();
        }

        @Test
        void oidccClientTestAggregatedAndDistributedClaimsAreNotFollowed() {
            provider.claims = claims -> {
                claims.put("_claim_names", Map.of("address", "src1", "phone", "src2"));
                claims.put(
                        "_claim_sources",
                        Map.of(
                                "src1",
                                Map.of("JWT", "x.y.z"),
                                "src2",
                                Map.of("endpoint", provider.issuer() + "/userinfo")));
            };
            signsOn();
            assertThat(provider.calls("userinfo")).isZero();
        }

        @Test
        void oidccClientTestDiscoveryOpenidConfigAndJwksUriKeys() {
            signsOn();
            assertThat(provider.calls("discovery")).isEqualTo(1);
            assertThat(provider.calls("jwks")).isEqualTo(1);
        }

        @Test
        void oidccClientTestDiscoveryIssuerMismatch() {
            provider.document = document -> document.put("issuer", "https://other.example");
            assertThat(browser.get("/").status()).isEqualTo(503);
            assertThat(provider.calls("authorize")).isZero();
        }

        @Test
        void oidccClientTestSigningKeyRotation() {
            signsOn();
            browser.cookies.clear();
            clock.move(Duration.ofSeconds(11));
            provider.rotate();
            signsOn();
            assertThat(provider.calls("jwks")).isEqualTo(2);
        }

        @Test
        void oidccClientTestSigningKeyRotationJustBeforeSigning() {
            signsOn();
            browser.cookies.clear();
            clock.move(Duration.ofSeconds(11));
            provider.signing = java.util.Optional.of(claims -> {
                provider.rotate();
                return provider.sign(claims);
            });
            signsOn();
        }

        @Test
        void fapi2ClientWrongAndMissingIssStopTheLoginBeforeTheTokenCall() {
            provider.authorizationAnswer = answer -> answer.put("iss", "https://attacker.example");
            assertThat(browser.signOn("/").status()).isEqualTo(403);
            provider.authorizationAnswer = answer -> answer.remove("iss");
            assertThat(browser.signOn("/").status()).isEqualTo(403);
            assertThat(lastOutcome()).isEqualTo("wrong-issuer");
            assertThat(provider.calls("token")).isZero();
        }
    }

    @Test
    void anIssuerThatIsNotAnnouncedMayBeMissingAndHasToBeRightWhereItIsThere() {
        provider.document = document -> document.remove("authorization_response_iss_parameter_supported");
        provider.authorizationAnswer = answer -> answer.remove("iss");
        signsOn();
        browser.cookies.clear();
        provider.authorizationAnswer = answer -> answer.put("iss", "https://attacker.example");
        assertThat(browser.signOn("/").status()).isEqualTo(403);
    }

    @Test
    void timesAreCheckedWithAMinuteOfSkew() {
        long now = clock.instant().getEpochSecond();
        isRefused(claims -> claims.put("exp", now - 65), "expired");
        isRefused(claims -> claims.remove("exp"), "exp is missing");
        isRefused(claims -> claims.put("exp", "tomorrow"), "exp is missing");
        isRefused(claims -> claims.put("iat", now + 120), "iat is in the future");
        isRefused(claims -> claims.put("nbf", now + 120), "not valid yet");
        provider.claims = claims -> {
            claims.put("exp", now - 30);
            claims.put("iat", now + 30);
        };
        signsOn();
    }

    @Test
    void theAuthorizedPartyIsThisClient() {
        isRefused(claims -> claims.put("azp", "another"), "azp");
        isRefused(claims -> claims.put("aud", List.of(OpenIdProvider.CLIENT, "another")), "azp is missing");
        provider.claims = claims -> {
            claims.put("aud", List.of(OpenIdProvider.CLIENT, "another"));
            claims.put("azp", OpenIdProvider.CLIENT);
        };
        signsOn();
    }

    @Test
    void theHashOfTheAccessTokenHasToBeRightWhereItIsThere() {
        isRefused(claims -> claims.put("at_hash", "AAAA"), "at_hash");
        provider.claims = claims -> claims.remove("at_hash");
        signsOn();
    }

    @Test
    void headersThatAreNotKnownAndOtherKindsOfTokensAreRefused() {
        provider.signing = java.util.Optional.of(claims -> OpenIdProvider.sign(
                claims,
                OpenIdProvider.header(JWSAlgorithm.RS256)
                        .keyID("key-1")
                        .criticalParams(Set.of("urn:x"))
                        .customParam("urn:x", "y"),
                new RSASSASigner(provider.key())));
        isRefused("crit");
        for (String type : List.of("at+jwt", "logout+jwt", "application/at+jwt")) {
            provider.signing = java.util.Optional.of(claims -> OpenIdProvider.sign(
                    claims,
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .type(new JOSEObjectType(type))
                            .keyID("key-1"),
                    new RSASSASigner(provider.key())));
            isRefused("typ");
        }
    }

    @Test
    void aKeyThatTheTokenBringsItselfIsNotUsed() {
        RSAKey attacker = OpenIdProvider.rsa("key-x");
        provider.signing = java.util.Optional.of(claims -> OpenIdProvider.sign(
                claims,
                OpenIdProvider.header(JWSAlgorithm.RS256)
                        .keyID("key-x")
                        .jwk(attacker.toPublicJWK())
                        .jwkURL(java.net.URI.create(provider.issuer() + "/evil-jwks")),
                new RSASSASigner(attacker)));
        isRefused("key is not known");
        assertThat(provider.calls("evil-jwks")).isZero();
    }

    @Test
    void algorithmsThatThePolicyDoesNotListAreRefused() {
        policy(oidc -> oidc.getProvidersBuilder(0).addSigningAlgorithms("ES256"));
        isRefused("alg \"RS256\" is not allowed");
        ECKey key = OpenIdProvider.ec("ec-1");
        provider.publish(key);
        clock.move(Duration.ofSeconds(11));
        provider.signing = java.util.Optional.of(claims -> OpenIdProvider.sign(claims, key));
        signsOn();
    }

    @Test
    void aNewKeyUnderTheNameOfAnOldOneIsFound() {
        signsOn();
        browser.get("/logout");
        clock.move(Duration.ofSeconds(11));
        RSAKey other = OpenIdProvider.rsa(provider.key().getKeyID());
        provider.signing = java.util.Optional.of(claims -> OpenIdProvider.sign(
                claims, OpenIdProvider.header(JWSAlgorithm.RS256).keyID(other.getKeyID()), new RSASSASigner(other)));
        isRefused("the signature is wrong");
        provider.publish(other);
        isRefused("the signature is wrong");
        clock.move(Duration.ofSeconds(11));
        signsOn();
        assertThat(provider.calls("jwks")).isEqualTo(3);
    }

    @Test
    void aFloodOfUnknownKeysFetchesTheKeysOnceInTenSeconds() {
        RSAKey attacker = OpenIdProvider.rsa("x");
        signsOn();
        browser.cookies.clear();
        clock.move(Duration.ofSeconds(11));
        provider.signing = java.util.Optional.of(claims -> OpenIdProvider.sign(
                claims,
                OpenIdProvider.header(JWSAlgorithm.RS256).keyID("kid-" + System.nanoTime()),
                new RSASSASigner(attacker)));
        for (int i = 0; i < 20; i++) {
            browser.signOn("/");
        }
        assertThat(provider.calls("jwks")).isEqualTo(2);
    }

    @Test
    void tokensOf64KilobytesWork() {
        provider.claims = claims -> claims.put("groups", List.of("g".repeat(48_000)));
        provider.tokenAnswer = answer -> answer.put("access_token", answer.get("access_token") + "x".repeat(65_000));
        provider.claims = provider.claims.andThen(claims -> claims.remove("at_hash"));
        signsOn();
        browser.cookies.forEach(
                (name, value) -> assertThat(name.length() + value.length()).isLessThan(100));
    }

    @Test
    void aDocumentOfOddAddressesIsNotUsed() {
        for (Object odd : List.of(
                "token",
                "/token",
                "ftp://x/token",
                "https://",
                "https://u:p@x/token",
                "https://x/#t",
                7,
                "ht tp://x")) {
            provider.document = document -> document.put("token_endpoint", odd);
            clock.move(Duration.ofSeconds(2));
            assertThat(browser.get("/").status()).as(String.valueOf(odd)).isEqualTo(503);
        }
        provider.document = document -> {};
        clock.move(Duration.ofSeconds(2));
        signsOn();
    }

    @Test
    void anAnswerWithoutAnIdTokenOrAnAccessTokenIsRefused() {
        provider.tokenAnswer = answer -> answer.remove("id_token");
        isRefused("id_token is missing");
        provider.tokenAnswer = answer -> answer.remove("access_token");
        isRefused("access_token is missing");
        provider.tokenAnswer = answer -> answer.put("token_type", "mac");
        isRefused("token_type");
        provider.tokenAnswer = answer -> answer.remove("expires_in");
        isRefused("expires_in is missing");
    }

    @Test
    void anAnswerOfOddTypesIsRefusedAndNothingBreaks() {
        for (Object odd : List.of(7, true, List.of(), Map.of("a", 1), "")) {
            provider.tokenAnswer = answer -> answer.put("id_token", odd);
            assertThat(browser.signOn("/").status()).isEqualTo(403);
            provider.tokenAnswer = answer -> answer.put("access_token", odd);
            assertThat(browser.signOn("/").status()).isEqualTo(403);
            provider.tokenAnswer = answer -> {};
            provider.claims = claims -> claims.put("aud", odd);
            assertThat(browser.signOn("/").status()).isEqualTo(403);
            provider.claims = claims -> {};
        }
    }

    @Test
    void lifetimesMayBeTextAndMissingOnesHaveADefault() {
        provider.tokenAnswer = answer -> answer.put("expires_in", "300");
        signsOn();
        browser.cookies.clear();
        policy(oidc -> oidc.getSessionBuilder().setDefaultTokenLifetime(seconds(60)));
        provider.tokenAnswer = answer -> answer.remove("expires_in");
        signsOn();
    }
}
