package dev.gatehouse.authz.introspection;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** A client that proves that it holds its key. */
final class ProofMaker {
    static final JOSEObjectType TYPE = new JOSEObjectType("dpop+jwt");

    final ECKey key;
    private final String token;
    private final String url;

    ProofMaker(String token, String url) {
        this.token = token;
        this.url = url;
        try {
            key = new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    Map<String, Object> claims(Instant now) {
        Map<String, Object> claims = new HashMap<>();
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("htm", "GET");
        claims.put("htu", url);
        claims.put("iat", now.getEpochSecond());
        claims.put("ath", hash());
        return claims;
    }

    private String hash() {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    String proof(Instant now, Consumer<Map<String, Object>> change) throws JOSEException {
        Map<String, Object> claims = claims(now);
        change.accept(claims);
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(TYPE)
                .jwk(key.toPublicJWK())
                .build();
        return signed(header, claims, new ECDSASigner(key));
    }

    static String signed(JWSHeader header, Map<String, Object> claims, JWSSigner signer) throws JOSEException {
        JWSObject proof = new JWSObject(header, new Payload(JSONObjectUtils.toJSONString(claims)));
        proof.sign(signer);
        return proof.serialize();
    }
}
