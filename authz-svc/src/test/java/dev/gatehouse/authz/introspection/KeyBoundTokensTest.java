package dev.gatehouse.authz.introspection;

import static dev.gatehouse.authz.introspection.ProofMaker.signed;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.BoundTokens;
import dev.gatehouse.authz.seal.KeyRing;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that are bound to a key (RFC 9449): a thief who has the token, or a proof of it, has nothing. */
final class KeyBoundTokensTest extends IntrospectionFixture {
    private static final String TOKEN = "bound-to-a-key";
    private static final String HTTPS = "https://shop.example/orders";

    private final ProofMaker client = new ProofMaker(TOKEN, HTTPS);
    private final ECKey key = client.key;
    private final ECKey thiefs = new ProofMaker(TOKEN, HTTPS).key;

    @BeforeEach
    void bound() throws JOSEException {
        boundTo(key);
    }

    private void boundTo(JWK any) throws JOSEException {
        body = "{\"active\":true,\"sub\":\"ann\",\"token_type\":\"DPoP\",\"cnf\":{\"jkt\":\"" + any.computeThumbprint()
                + "\"}}";
    }

    private Instant now() {
        return Instant.now().plus(moved);
    }

    private Map<String, Object> claims() {
        return client.claims(now());
    }

    private String proof(Consumer<Map<String, Object>> change) throws JOSEException {
        return client.proof(now(), change);
    }

    private CheckResponse with(String proof) {
        return ask(Map.of("authorization", "DPoP " + TOKEN, "dpop", proof));
    }

    private void refused(String proof, String why) {
        CheckResponse response = with(proof);
        assertThat(status(response)).as(why).isEqualTo(401);
        assertThat(header(response, "www-authenticate").orElse(""))
                .startsWith("DPoP ")
                .contains("algs=\"", "error=\"invalid_dpop_proof\"", why);
    }

    @Test
    void aRequestWithAProofPasses() throws Exception {
        CheckResponse response = with(proof(claims -> {}));
        assertThat(status(response)).isEqualTo(200);
        assertThat(header(response, "x-user")).contains("ann");
    }

    @Test
    void aProofThatWasUsedIsWorthNothing() throws Exception {
        String proof = proof(claims -> {});
        assertThat(status(with(proof))).isEqualTo(200);
        refused(proof, "it was used before");
        moved = Duration.ofSeconds(59);
        refused(proof, "it was used before");
        moved = Duration.ofMinutes(30);
        refused(proof, "iat is not of this minute");
    }

    @Test
    void aStolenTokenIsWorthNothingAsABearerTokenOrWithAnotherKey() throws Exception {
        CheckResponse bearer = ask(Map.of("authorization", "Bearer " + TOKEN, "dpop", proof(claims -> {})));
        assertThat(status(bearer)).isEqualTo(401);
        assertThat(header(bearer, "www-authenticate").orElse(""))
                .startsWith("DPoP ")
                .contains("invalid_token");
        assertThat(status(bearer(TOKEN))).isEqualTo(401);
        assertThat(status(ask(Map.of("authorization", "DPoP " + TOKEN)))).isEqualTo(401);
        String foreign = signed(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(ProofMaker.TYPE)
                        .jwk(thiefs.toPublicJWK())
                        .build(),
                claims(),
                new ECDSASigner(thiefs));
        refused(foreign, "jwk is not the key of the token");
        String forged = signed(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(ProofMaker.TYPE)
                        .jwk(key.toPublicJWK())
                        .build(),
                claims(),
                new ECDSASigner(thiefs));
        refused(forged, "the signature is not that of jwk");
    }

    @Test
    void aTokenThatIsBoundToNoKeyIsNoneForTheScheme() throws Exception {
        body = "{\"active\":true,\"sub\":\"ann\"}";
        CheckResponse response = with(proof(claims -> {}));
        assertThat(status(response)).isEqualTo(401);
        assertThat(header(response, "www-authenticate").orElse(""))
                .startsWith("DPoP ")
                .contains("invalid_token");
        assertThat(status(bearer(TOKEN))).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "htm|POST|htm is not the method",
                "htm|get|htm is not the method",
                "htm|-|htm is not the method",
                "htu|http://shop.example/orders|htu is not the URL",
                "htu|https://evil.example/orders|htu is not the URL",
                "htu|https://shop.example/orders/|htu is not the URL",
                "htu|https://shop.example@evil.example/orders|htu is not the URL",
                "htu|https://shop.example:8443/orders|htu is not the URL",
                "htu|/orders|htu is not the URL",
                "htu|-|htu is not the URL",
                "ath|AAAA|ath is not the hash",
                "ath|-|ath is not the hash",
                "jti|-|jti is missing",
                "iat|-|iat is not of this minute",
                "iat|now|iat is not of this minute",
            })
    void aProofForAnotherRequestOrTokenIsWorthNothing(String claim, String value, String why) throws Exception {
        refused(
                proof(claims -> {
                    claims.remove(claim);
                    if (value != null) {
                        claims.put(claim, value);
                    }
                }),
                why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://shop.example/orders",
                "HTTPS://Shop.Example:443/orders",
                "https://shop.example/%6frders?a=b#c",
                "https://shop.example/x/../orders",
            })
    void aUrlIsTheSameHoweverItIsWritten(String url) throws Exception {
        assertThat(status(with(proof(claims -> claims.put("htu", url))))).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {-120, -61, 62, 3600})
    void aProofOfAnotherMinuteIsWorthNothing(int seconds) throws Exception {
        refused(
                proof(claims -> claims.merge("iat", seconds, (a, b) -> ((Number) a).longValue() + seconds)),
                "iat is not of this minute");
    }

    @Test
    void aProofMustBeAnAsymmetricSignatureOfItsOwnKindWithAPublicKeyInIt() throws Exception {
        JOSEObjectType dpop = ProofMaker.TYPE;
        byte[] secret = new byte[32];
        JWSHeader.Builder symmetric = new JWSHeader.Builder(JWSAlgorithm.HS256).type(dpop);
        refused(
                signed(symmetric.jwk(key.toPublicJWK()).build(), claims(), new MACSigner(secret)),
                "alg is not one of an asymmetric signature");
        refused(
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .type(JOSEObjectType.JWT)
                                .jwk(key.toPublicJWK())
                                .build(),
                        claims(),
                        new ECDSASigner(key)),
                "typ is not dpop+jwt");
        refused(
                signed(new JWSHeader.Builder(JWSAlgorithm.ES256).type(dpop).build(), claims(), new ECDSASigner(key)),
                "jwk is no public key");
        String[] parts = proof(claims -> {}).split("\\.");
        String none = Base64URL.encode("{\"alg\":\"none\",\"typ\":\"dpop+jwt\",\"jwk\":" + key.toPublicJWK() + "}")
                .toString();
        refused(none + "." + parts[1] + ".", "it is no signed JWT");
        String isPrivate = Base64URL.encode("{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"jwk\":" + key + "}")
                .toString();
        refused(isPrivate + "." + parts[1] + "." + parts[2], "it is no signed JWT");
        refused(parts[0] + "." + parts[1] + "." + parts[2] + "," + proof(claims -> {}), "there are several");
        refused("x".repeat(10_000), "longer than");
        refused("", "it is no signed JWT");
        String crit = signed(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(dpop)
                        .jwk(key.toPublicJWK())
                        .criticalParams(Set.of("b64"))
                        .build(),
                claims(),
                new ECDSASigner(key));
        assertThat(status(with(crit))).isEqualTo(401);
    }

    @Test
    void rsaKeysOfTwoThousandBitsCountAndShorterOnesDoNot() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).generate();
        boundTo(rsa);
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.PS256)
                .type(ProofMaker.TYPE)
                .jwk(rsa.toPublicJWK())
                .build();
        assertThat(status(with(signed(header, claims(), new RSASSASigner(rsa)))))
                .isEqualTo(200);
    }

    @Test
    void aTokenIsBoundToBothWhereItsIssuerSaysSo() throws Exception {
        body = "{\"active\":true,\"sub\":\"ann\",\"cnf\":{\"x5t#S256\":\"AAAA\",\"jkt\":\"" + key.computeThumbprint()
                + "\"}}";
        CheckResponse response = with(proof(claims -> {}));
        assertThat(status(response)).isEqualTo(401);
        assertThat(header(response, "www-authenticate").orElse("")).contains("that the client has not shown");
    }

    @Test
    void aSecondTokenBesideTheBoundOneIsRefused() throws Exception {
        for (String both : List.of("Bearer other, DPoP " + TOKEN, "DPoP " + TOKEN + ", DPoP other")) {
            assertThat(status(ask(Map.of("authorization", both, "dpop", proof(claims -> {})))))
                    .isIn(400, 401);
        }
    }

    private void binding(BoundTokens.Builder binding) {
        push(AccessPolicy.newBuilder().addIntrospections(introspection()).setBoundTokens(binding));
    }

    private static BoundTokens.Builder nonces() {
        return BoundTokens.newBuilder()
                .setNonceLifetime(com.google.protobuf.Duration.newBuilder().setSeconds(300));
    }

    private String nonce(CheckResponse response) {
        assertThat(status(response)).isEqualTo(401);
        assertThat(header(response, "www-authenticate").orElse(""))
                .startsWith("DPoP ")
                .contains("use_dpop_nonce");
        return header(response, "dpop-nonce").orElseThrow();
    }

    @Test
    void aProofNeedsTheNonceThatThisServerGaveWhereOneIsAskedFor() throws Exception {
        binding(nonces());
        String nonce = nonce(with(proof(claims -> {})));
        String first = proof(claims -> claims.put("nonce", nonce));
        CheckResponse passed = with(first);
        assertThat(status(passed)).isEqualTo(200);
        assertThat(passed.getOkResponse().getResponseHeadersToAddList()).isEmpty();
        refused(first, "it was used before");
        assertThat(status(with(proof(claims -> claims.put("nonce", nonce)))))
                .as("a nonce is for any number of proofs")
                .isEqualTo(200);
    }

    @Test
    void aNonceThatIsInventedChangedOrTooOldIsNone() throws Exception {
        binding(nonces());
        String nonce = nonce(with(proof(claims -> {})));
        char last = nonce.charAt(nonce.length() - 2);
        String changed =
                nonce.substring(0, nonce.length() - 2) + (last == 'A' ? 'B' : 'A') + nonce.charAt(nonce.length() - 1);
        for (String wrong : List.of("", "AAAA", "\u00e4", changed, nonce + nonce)) {
            nonce(with(proof(claims -> claims.put("nonce", wrong))));
        }
        moved = Duration.ofSeconds(301);
        nonce(with(proof(claims -> claims.put("nonce", nonce))));
    }

    @Test
    void aNonceThatAgesIsRenewedWithTheAnswer() throws Exception {
        binding(nonces());
        String nonce = nonce(with(proof(claims -> {})));
        moved = Duration.ofSeconds(200);
        CheckResponse passed = with(proof(claims -> claims.put("nonce", nonce)));
        assertThat(status(passed)).isEqualTo(200);
        String next = passed.getOkResponse().getResponseHeadersToAddList().stream()
                .map(option -> option.getHeader())
                .filter(header -> header.getKey().equals("dpop-nonce"))
                .map(header -> header.getValue())
                .findFirst()
                .orElseThrow();
        moved = Duration.ofSeconds(400);
        assertThat(status(with(proof(claims -> claims.put("nonce", next))))).isEqualTo(200);
    }

    @Test
    void theNonceOfAnotherReplicaCountsAndThatOfAStrangerDoesNot() throws Exception {
        KeyRing shared = KeyRing.random(new SecureRandom());
        binding(nonces());
        engine.keys(shared);
        String nonce = nonce(with(proof(claims -> {})));
        engine.keys(KeyRing.random(new SecureRandom()));
        nonce(with(proof(claims -> claims.put("nonce", nonce))));
        engine.keys(shared);
        assertThat(status(with(proof(claims -> claims.put("nonce", nonce))))).isEqualTo(200);
    }

    @Test
    void tokensThatAreBoundToNoKeyAreRefusedWhereAKeyIsRequired() throws Exception {
        binding(BoundTokens.newBuilder().setRequired(BoundTokens.Required.KEY));
        assertThat(status(with(proof(claims -> {})))).isEqualTo(200);
        CheckResponse without = ask(Map.of());
        assertThat(status(without)).isEqualTo(401);
        assertThat(header(without, "www-authenticate").orElse("")).startsWith("DPoP ");
        body = "{\"active\":true,\"sub\":\"ann\"}";
        CheckResponse unbound = bearer("plain");
        assertThat(status(unbound)).isEqualTo(401);
        assertThat(header(unbound, "www-authenticate").orElse(""))
                .startsWith("DPoP ")
                .contains("not bound to a key");
        binding(BoundTokens.newBuilder().setRequired(BoundTokens.Required.ANY));
        assertThat(status(bearer("plain"))).isEqualTo(401);
        binding(BoundTokens.newBuilder().setRequired(BoundTokens.Required.CERTIFICATE));
        assertThat(status(bearer("plain"))).isEqualTo(401);
        binding(BoundTokens.newBuilder());
        assertThat(status(bearer("plain"))).isEqualTo(200);
    }
}
