package dev.gatehouse.authz.introspection;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ways in which issuers want to be asked, and sign what they say (RFC 9701). */
final class IssuersTest extends IntrospectionFixture {
    private final AtomicInteger keyCalls = new AtomicInteger();
    private volatile ECKey key = key("a");
    private volatile String named = "";

    private static ECKey key(String kid) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private String issuer() {
        return address() + "/realms/shop";
    }

    @BeforeEach
    void documents() {
        named = issuer();
        server.createContext(
                "/.well-known/oauth-authorization-server/realms/shop",
                exchange -> answer(
                        exchange,
                        200,
                        "{\"issuer\":\"" + named + "\",\"jwks_uri\":\"" + address()
                                + "/keys\",\"introspection_endpoint\":\"" + address() + "/introspect\"}"));
        server.createContext("/keys", exchange -> {
            keyCalls.incrementAndGet();
            answer(exchange, 200, new JWKSet(key.toPublicJWK()).toString());
        });
    }

    private void signed() {
        policy(introspection ->
                introspection.clearEndpoint().setIssuer(issuer()).setSignedAnswers(true));
    }

    private String answer(JOSEObjectType type, ECKey by, Consumer<Map<String, Object>> change) throws Exception {
        Map<String, Object> claims = new HashMap<>();
        claims.put("iss", issuer());
        claims.put("aud", "gate house");
        claims.put("iat", Instant.now().plus(moved).getEpochSecond());
        claims.put("token_introspection", Map.of("active", true, "sub", "ann"));
        change.accept(claims);
        return ProofMaker.signed(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(type)
                        .keyID(by.getKeyID())
                        .build(),
                claims,
                new ECDSASigner(by));
    }

    private static final JOSEObjectType TYPE = new JOSEObjectType("token-introspection+jwt");

    @Test
    void theSecretIsInTheFormWhereTheIssuerWantsItThere() {
        policy(introspection -> introspection.setSecretInForm(true));
        assertThat(status(bearer("abc"))).isEqualTo(200);
        assertThat(form).contains("token=abc", "client_id=gate%20house", "client_secret=s3%3Acret");
        assertThat(authorization).as("not in both places, RFC 6749 section 2.3").isEqualTo("null");
    }

    @Test
    void theDocumentOfRfc8414IsFoundWhereThereIsNoneOfOpenIdConnect() {
        policy(introspection -> introspection.clearEndpoint().setIssuer(issuer()));
        assertThat(status(bearer("abc"))).isEqualTo(200);
        assertThat(IssuerDocument.places("https://id.example/a/b/"))
                .containsExactly(
                        "https://id.example/a/b/.well-known/openid-configuration",
                        "https://id.example/.well-known/oauth-authorization-server/a/b");
        assertThat(IssuerDocument.places("https://id.example").getLast())
                .isEqualTo("https://id.example/.well-known/oauth-authorization-server");
    }

    @Test
    void theDocumentOfAnotherIssuerNamesNoEndpoint() {
        named = "https://evil.example";
        policy(introspection -> introspection.clearEndpoint().setIssuer(issuer()));
        assertThat(status(bearer("abc"))).isEqualTo(503);
        assertThat(calls).hasValue(0);
    }

    @Test
    void aSignedAnswerCounts() throws Exception {
        signed();
        body = answer(TYPE, key, claims -> {});
        assertThat(status(bearer("abc"))).isEqualTo(200);
        assertThat(accept).isEqualTo("application/token-introspection+jwt");
        body = answer(TYPE, key, claims -> claims.put("token_introspection", Map.of("active", false)));
        assertThat(status(bearer("def"))).isEqualTo(401);
        assertThat(keyCalls).hasValue(1);
    }

    @Test
    void anAnswerThatIsNotSignedByTheIssuerForThisClientNowSaysNothing() throws Exception {
        signed();
        String right = answer(TYPE, key, claims -> {});
        String none = Base64URL.encode("{\"alg\":\"none\",\"typ\":\"token-introspection+jwt\"}") + "."
                + right.split("\\.")[1] + ".";
        List<String> wrong = List.of(
                RIGHT,
                none,
                answer(TYPE, key("a"), claims -> {}),
                answer(JOSEObjectType.JWT, key, claims -> {}),
                answer(new JOSEObjectType("at+jwt"), key, claims -> {}),
                answer(TYPE, key, claims -> claims.put("iss", "https://evil.example")),
                answer(TYPE, key, claims -> claims.put("aud", "another")),
                answer(TYPE, key, claims -> claims.remove("aud")),
                answer(TYPE, key, claims -> claims.remove("iat")),
                answer(TYPE, key, claims -> claims.put("iat", Instant.now().getEpochSecond() - 400)),
                answer(TYPE, key, claims -> claims.put("iat", Instant.now().getEpochSecond() + 400)),
                answer(TYPE, key, claims -> claims.remove("token_introspection")),
                answer(TYPE, key, claims -> claims.put("token_introspection", "active")));
        for (int i = 0; i < wrong.size(); i++) {
            body = wrong.get(i);
            assertThat(status(bearer("t" + i))).as(wrong.get(i)).isEqualTo(503);
        }
    }

    @Test
    void aKeyThatIsNewIsAskedForAndAFloodOfInventedOnesIsNot() throws Exception {
        signed();
        body = answer(TYPE, key, claims -> {});
        assertThat(status(bearer("a"))).isEqualTo(200);
        moved = Duration.ofSeconds(11);
        key = key("b");
        body = answer(TYPE, key, claims -> {});
        assertThat(status(bearer("b"))).as("rotated").isEqualTo(200);
        assertThat(keyCalls).hasValue(2);
        for (int i = 0; i < 20; i++) {
            body = answer(TYPE, key("x" + i), claims -> {});
            assertThat(status(bearer("c" + i))).isEqualTo(503);
        }
        assertThat(keyCalls).hasValue(2);
    }
}
