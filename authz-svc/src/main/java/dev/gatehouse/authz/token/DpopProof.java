package dev.gatehouse.authz.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.gatehouse.authz.seal.Hash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The proof that a client holds a private key, for one request with one access token: RFC 9449 section 4.3. Whether it was used before is not known here.
 *
 * @param thumbprint of the public key, RFC 7638, as {@code cnf.jkt} has it
 * @param id {@code jti}: unique for the key
 * @param nonce of the server
 */
public record DpopProof(String thumbprint, String id, Optional<String> nonce) {
    /** How far {@code iat} may be from now, either way. */
    public static final Duration WINDOW = Duration.ofSeconds(60);

    private static final int LONGEST = 8192;
    private static final int LONGEST_ID = 255;
    private static final String TYPE = "dpop+jwt";

    /** What comes of checking a proof. */
    public sealed interface Outcome {
        record Right(DpopProof proof) implements Outcome {}

        /** @param why without anything secret, and without quotation marks */
        record Wrong(String why) implements Outcome {}
    }

    /**
     * Checks the value of the header {@code DPoP}.
     *
     * @param url of the request; its query and fragment do not matter
     */
    public static Outcome check(String header, String method, String url, String accessToken, Instant now) {
        String text = header.strip();
        if (text.length() > LONGEST || text.indexOf(',') >= 0) {
            return wrong("it is longer than " + LONGEST + " characters, or there are several");
        }
        Optional<Jwt> parsed = Jwt.parse(text);
        if (parsed.isEmpty()) {
            return wrong("it is no signed JWT, or has a private key in it");
        }
        Jwt jwt = parsed.get();
        JWSHeader signed = jwt.jws().getHeader();
        if (signed.getType() == null || !TYPE.equalsIgnoreCase(signed.getType().getType())) {
            return wrong("typ is not " + TYPE);
        }
        if (!TokenRules.ALGORITHMS.contains(signed.getAlgorithm().getName())) {
            return wrong("alg is not one of an asymmetric signature");
        }
        if (signed.getCriticalParams() != null) {
            return wrong("crit names what is not understood here");
        }
        JWK key = signed.getJWK();
        if (key == null || key.isPrivate()) {
            return wrong("jwk is no public key");
        }
        Optional<KeySet> keys = KeySet.parse(JSONObjectUtils.toJSONString(Map.of("keys", List.of(key.toJSONObject()))));
        if (keys.isEmpty() || keys.get().verify(jwt) != KeySet.Outcome.RIGHT) {
            return wrong("the signature is not that of jwk");
        }
        return said(jwt.unverified(), method, url, accessToken, now)
                .map(DpopProof::wrong)
                .orElseGet(() -> proven(key, jwt.unverified()));
    }

    private static Outcome proven(JWK key, Claims claims) {
        try {
            return new Outcome.Right(new DpopProof(
                    key.computeThumbprint().toString(), claims.text("jti").orElseThrow(), claims.text("nonce")));
        } catch (JOSEException e) {
            return wrong("jwk has no thumbprint");
        }
    }

    /** What is wrong with what it says. */
    private static Optional<String> said(Claims claims, String method, String url, String accessToken, Instant now) {
        if (claims.text("jti").filter(id -> id.length() <= LONGEST_ID).isEmpty()) {
            return Optional.of("jti is missing or longer than " + LONGEST_ID);
        }
        if (!claims.text("htm").equals(Optional.of(method))) {
            return Optional.of("htm is not the method");
        }
        if (claims.text("htu").flatMap(TargetUri::normalized).isEmpty()
                || !claims.text("htu").flatMap(TargetUri::normalized).equals(TargetUri.normalized(url))) {
            return Optional.of("htu is not the URL");
        }
        if (claims.time("iat")
                .filter(iat -> !iat.isBefore(now.minus(WINDOW)) && !iat.isAfter(now.plus(WINDOW)))
                .isEmpty()) {
            return Optional.of("iat is not of this minute");
        }
        if (claims.has("exp") && claims.time("exp").filter(now::isBefore).isEmpty()) {
            return Optional.of("it has expired");
        }
        String hash = Base64.getUrlEncoder().withoutPadding().encodeToString(Hash.plain(accessToken));
        return MessageDigest.isEqual(
                        hash.getBytes(StandardCharsets.US_ASCII),
                        claims.text("ath").orElse("").getBytes(StandardCharsets.UTF_8))
                ? Optional.empty()
                : Optional.of("ath is not the hash of the access token");
    }

    private static Outcome wrong(String why) {
        return new Outcome.Wrong(why);
    }

    /** A proof is for one request. */
    @Override
    public String toString() {
        return "DpopProof[" + thumbprint + "]";
    }
}
