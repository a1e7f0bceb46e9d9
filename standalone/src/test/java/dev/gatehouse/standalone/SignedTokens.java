package dev.gatehouse.standalone;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/** Signs JSON Web Tokens with a key of its own, and shows its public half. */
final class SignedTokens {
    private final String kid;
    private final boolean rsa;
    private final KeyPair keys;

    private SignedTokens(String kid, boolean rsa, KeyPair keys) {
        this.kid = kid;
        this.rsa = rsa;
        this.keys = keys;
    }

    static SignedTokens rs256(String kid) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return new SignedTokens(kid, true, generator.generateKeyPair());
    }

    static SignedTokens es256(String kid) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return new SignedTokens(kid, false, generator.generateKeyPair());
    }

    /** The public key, as an entry of a key set. */
    String jwk() {
        String fields = switch (keys.getPublic()) {
            case RSAPublicKey key ->
                "\"kty\": \"RSA\", \"alg\": \"RS256\", \"n\": \"%s\", \"e\": \"%s\""
                        .formatted(number(key.getModulus(), 0), number(key.getPublicExponent(), 0));
            case ECPublicKey key ->
                "\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"%s\", \"y\": \"%s\""
                        .formatted(
                                number(key.getW().getAffineX(), 32),
                                number(key.getW().getAffineY(), 32));
            default -> throw new IllegalStateException("a key of RSA or EC was made");
        };
        return "{\"kid\": \"" + kid + "\", " + fields + "}";
    }

    /** A key set with this key. */
    String jwks() {
        return "{\"keys\": [" + jwk() + "]}";
    }

    /** A token with {@code claims}, a JSON object. */
    String token(String claims) throws GeneralSecurityException {
        String header = "{\"alg\": \"%s\", \"typ\": \"JWT\", \"kid\": \"%s\"}".formatted(rsa ? "RS256" : "ES256", kid);
        String signed = encoded(header) + "." + encoded(claims);
        Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + encoded(signature.sign());
    }

    /** A token that says of itself that nobody signed it. */
    static String unsigned(String claims) {
        return encoded("{\"alg\": \"none\", \"typ\": \"JWT\"}") + "." + encoded(claims) + ".";
    }

    private static String number(BigInteger number, int length) {
        byte[] bytes = number.toByteArray();
        if (bytes[0] == 0 && bytes.length > 1) {
            bytes = Arrays.copyOfRange(bytes, 1, bytes.length);
        }
        byte[] padded = new byte[Math.max(length, bytes.length)];
        System.arraycopy(bytes, 0, padded, padded.length - bytes.length, bytes.length);
        return encoded(padded);
    }

    private static String encoded(String text) {
        return encoded(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
