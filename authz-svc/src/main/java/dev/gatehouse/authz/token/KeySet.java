package dev.gatehouse.authz.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A provider's keys, RFC 7517. Keys of kinds, curves and uses that are not for signatures are left out: sets have them beside the others.
 */
public final class KeySet {
    private static final int MOST_KEYS = 100;
    private static final int LEAST_RSA_BITS = 2048;

    /** In front of an Ed25519 key's 32 bytes: its SubjectPublicKeyInfo, RFC 8410. */
    private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private final List<JWK> keys;

    /** Whether a signature is right. */
    enum Outcome {
        RIGHT,
        WRONG,
        /** No key has the token's {@code kid}: the provider may have new ones. */
        UNKNOWN_KEY,
        /** The token names no key, and more than one could be it. */
        AMBIGUOUS_KEY
    }

    private KeySet(List<JWK> keys) {
        this.keys = List.copyOf(keys);
    }

    /** Empty: this is no key set, or none of its keys verifies signatures. */
    public static Optional<KeySet> parse(String json) {
        Object list =
                Claims.parse(json).map(claims -> claims.values().get("keys")).orElse(null);
        if (!(list instanceof List<?> entries)) {
            return Optional.empty();
        }
        List<JWK> keys = new ArrayList<>();
        for (Object entry : entries.subList(0, Math.min(entries.size(), MOST_KEYS))) {
            if (entry instanceof Map<?, ?> map) {
                usable(map).ifPresent(keys::add);
            }
        }
        return keys.isEmpty() ? Optional.empty() : Optional.of(new KeySet(keys));
    }

    private static Optional<JWK> usable(Map<?, ?> entry) {
        try {
            JWK key = JWK.parse(JSONObjectUtils.toJSONString(Map.copyOf(texts(entry))));
            boolean signs = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
            boolean strong = switch (key) {
                case RSAKey rsa -> rsa.size() >= LEAST_RSA_BITS;
                case ECKey ec -> true;
                case OctetKeyPair pair -> pair.getCurve().equals(Curve.Ed25519);
                default -> false;
            };
            return signs && strong ? Optional.of(key.toPublicJWK()) : Optional.empty();
        } catch (ParseException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** The members that matter to a key; certificates in it may be anything. */
    private static Map<String, Object> texts(Map<?, ?> entry) {
        Map<String, Object> texts = new java.util.HashMap<>();
        for (String member : List.of("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y", "key_ops")) {
            Object value = entry.get(member);
            if (value != null) {
                texts.put(member, value);
            }
        }
        return texts;
    }

    Outcome verify(Jwt jwt) {
        JWSObject jws = jwt.jws();
        JWSHeader header = jws.getHeader();
        List<JWK> fitting = keys.stream()
                .filter(key -> fits(key, header.getAlgorithm()))
                .filter(key -> header.getKeyID() == null || header.getKeyID().equals(key.getKeyID()))
                .toList();
        if (fitting.isEmpty()) {
            return Outcome.UNKNOWN_KEY;
        }
        if (fitting.size() > 1 && header.getKeyID() == null) {
            return Outcome.AMBIGUOUS_KEY;
        }
        return fitting.stream().anyMatch(key -> verifies(key, jws)) ? Outcome.RIGHT : Outcome.WRONG;
    }

    private static boolean fits(JWK key, JWSAlgorithm algorithm) {
        if (key.getAlgorithm() != null && !key.getAlgorithm().getName().equals(algorithm.getName())) {
            return key instanceof OctetKeyPair
                    && eddsa(algorithm)
                    && key.getAlgorithm().getName().startsWith("Ed");
        }
        return switch (key) {
            case RSAKey rsa -> JWSAlgorithm.Family.RSA.contains(algorithm);
            case ECKey ec ->
                Curve.forJWSAlgorithm(algorithm) != null
                        && Curve.forJWSAlgorithm(algorithm).contains(ec.getCurve());
            case OctetKeyPair pair -> eddsa(algorithm);
            default -> false;
        };
    }

    private static boolean eddsa(JWSAlgorithm algorithm) {
        return algorithm.equals(JWSAlgorithm.EdDSA) || algorithm.equals(JWSAlgorithm.Ed25519);
    }

    private static boolean verifies(JWK key, JWSObject jws) {
        try {
            return switch (key) {
                case RSAKey rsa -> jws.verify(new RSASSAVerifier(rsa));
                case ECKey ec -> jws.verify(new ECDSAVerifier(ec));
                case OctetKeyPair pair -> ed25519(pair, jws);
                default -> false;
            };
        } catch (JOSEException | GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    private static boolean ed25519(OctetKeyPair pair, JWSObject jws) throws GeneralSecurityException {
        byte[] x = pair.getDecodedX();
        byte[] encoded = new byte[ED25519_PREFIX.length + x.length];
        System.arraycopy(ED25519_PREFIX, 0, encoded, 0, ED25519_PREFIX.length);
        System.arraycopy(x, 0, encoded, ED25519_PREFIX.length, x.length);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
        signature.update(jws.getSigningInput());
        return signature.verify(jws.getSignature().decode());
    }

    @Override
    public String toString() {
        return "KeySet[" + keys.size() + " keys]";
    }
}
