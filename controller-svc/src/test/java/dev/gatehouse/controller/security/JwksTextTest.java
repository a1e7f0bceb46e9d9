package dev.gatehouse.controller.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JwksTextTest {
    @ParameterizedTest
    @CsvSource({"secp256r1, P-256, 32", "secp384r1, P-384, 48", "secp521r1, P-521, 66"})
    void aPointOfACurveIsAKey(String name, String curve, int length) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(name));
        ECPublicKey key = (ECPublicKey) generator.generateKeyPair().getPublic();
        String x = encoded(key.getW().getAffineX(), length);
        String y = encoded(key.getW().getAffineY(), length);
        assertThat(JwksText.problem(ec(curve, x, y))).isEmpty();
        assertThat(JwksText.problem(ec(curve, y, x))).get().asString().contains("keys[0] is not a point");
    }

    @Test
    void anRsaKeyNeedsItsModulusAndExponent() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        RSAPublicKey key = (RSAPublicKey) generator.generateKeyPair().getPublic();
        String n = encoded(key.getModulus(), 256);
        assertThat(JwksText.problem("{\"keys\": [{\"kty\": \"RSA\", \"n\": \"" + n + "\", \"e\": \"AQAB\"}]}"))
                .isEmpty();
        assertThat(JwksText.problem("{\"keys\": [{\"kty\": \"RSA\", \"n\": \"" + n + "\"}]}"))
                .isPresent();
        assertThat(JwksText.problem(
                        "{\"keys\": [{\"kty\": \"RSA\", \"alg\": \"ES256\", \"n\": \"" + n + "\", \"e\": \"AQAB\"}]}"))
                .isPresent();
    }

    @Test
    void oneUsableKeyIsEnough() {
        assertThat(JwksText.problem("{\"keys\": [{\"kty\": \"strange\"}, {\"kty\": \"oct\", \"k\": \"c2VjcmV0\"}]}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uFEFF{\"keys\": [{\"kty\": \"oct\", \"k\": \"c2VjcmV0\"}]}",
                "{'keys': [{kty: 'oct', 'k': 'c2VjcmV0'}]}",
                "// keys\n{\"keys\": [{\"kty\": \"oct\", # a key\n\"k\": \"c2VjcmV0\"}]}",
                "\r\n{\"keys\" = [{\"kty\": \"oct\"; \"k\": \"c2VjcmV0\"}]}\r\n"
            })
    void whatEnvoyWouldNotPassOverIsTakenOut(String text) {
        assertThat(JwksText.problem(text)).isEmpty();
        assertThat(JwksText.canonical(text)).isEqualTo("{\"keys\":[{\"k\":\"c2VjcmV0\",\"kty\":\"oct\"}]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"keys\": [{\"kty\": \"oct\", \"k\": \"c2VjcmV0\", \"kid\": \"\\ud800\"}]}",
                "nonsense",
                "[]",
                "{}",
                "{\"keys\": {}}",
                "{\"keys\": []}",
                "{\"keys\": [1, null]}",
                "{\"keys\": [{}]}",
                "{\"keys\": [{\"kty\": \"oct\", \"k\": \"\"}]}",
                "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\"}]}",
                "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"!\", \"y\": \"?\"}]}"
            })
    void whatEnvoyWouldRefuseAListenerForIsTold(String text) {
        assertThat(JwksText.problem(text)).isPresent();
    }

    private static String ec(String curve, String x, String y) {
        return "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"" + curve + "\", \"x\": \"" + x + "\", \"y\": \"" + y
                + "\"}]}";
    }

    private static String encoded(BigInteger number, int length) {
        byte[] bytes = number.toByteArray();
        byte[] padded = new byte[length];
        byte[] right = bytes.length > length ? Arrays.copyOfRange(bytes, bytes.length - length, bytes.length) : bytes;
        System.arraycopy(right, 0, padded, length - right.length, right.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(padded);
    }
}
