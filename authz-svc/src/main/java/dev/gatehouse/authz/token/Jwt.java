package dev.gatehouse.authz.token;

import com.nimbusds.jose.JWSObject;
import java.text.ParseException;
import java.util.Optional;

/** A signed JWT that nothing has verified yet. */
public final class Jwt {
    private static final int LONGEST = 262_144;

    private final JWSObject jws;
    private final Claims claims;

    private Jwt(JWSObject jws, Claims claims) {
        this.jws = jws;
        this.claims = claims;
    }

    /** Empty: this is no JWT in the compact form of RFC 7515, it has no signature ({@code alg: none}), or more than 256 kB. */
    public static Optional<Jwt> parse(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            JWSObject jws = JWSObject.parse(text);
            return Claims.parse(jws.getPayload().toString()).map(claims -> new Jwt(jws, claims));
        } catch (ParseException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** What it says of itself; nothing has verified it. */
    public Claims unverified() {
        return claims;
    }

    JWSObject jws() {
        return jws;
    }

    @Override
    public String toString() {
        return "Jwt[" + jws.getHeader().getAlgorithm() + "]";
    }
}
