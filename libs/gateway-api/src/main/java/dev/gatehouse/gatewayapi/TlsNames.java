package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Syntax;

/** The names of TLS parameters that Envoy has. Envoy refuses a listener or a cluster with another one. */
public final class TlsNames {
    public static final Syntax CIPHER = oneOf(
            "a cipher suite that Envoy has, for example ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-(ECDSA|RSA)-(AES128-GCM-SHA256|AES256-GCM-SHA384|CHACHA20-POLY1305|AES128-SHA|AES256-SHA)",
            "AES128-GCM-SHA256|AES256-GCM-SHA384|AES128-SHA|AES256-SHA",
            "TLS_(ECDHE_(ECDSA|RSA)|RSA)_WITH_(AES_128_GCM_SHA256|AES_256_GCM_SHA384|AES_128_CBC_SHA|AES_256_CBC_SHA)",
            "TLS_ECDHE_(ECDSA|RSA)_WITH_CHACHA20_POLY1305_SHA256");

    public static final Syntax CURVE = oneOf(
            "a curve that Envoy has: X25519, X25519MLKEM768, P-256, P-384, P-521 or P-224",
            "X25519|x25519|X25519MLKEM768|P-256|prime256v1|P-384|secp384r1|P-521|secp521r1|P-224|secp224r1");

    public static final Syntax SIGNATURE_ALGORITHM = oneOf(
            "a signature algorithm that Envoy has, for example ecdsa_secp256r1_sha256",
            "rsa_pkcs1_(md5_sha1|sha1|sha256|sha384|sha512)|rsa_pss_rsae_sha(256|384|512)",
            "ecdsa_sha1|ecdsa_secp256r1_sha256|ecdsa_secp384r1_sha384|ecdsa_secp521r1_sha512|ed25519",
            "(RSA|RSA-PSS|PSS)\\+SHA(256|384|512)|(RSA|ECDSA)\\+SHA1|ECDSA\\+SHA(256|384|512)");

    /** Envoy's limit (RFC 7301: a length of one byte). */
    public static final Syntax ALPN_PROTOCOL = Syntax.of("(?s).{1,255}", 255, "a protocol's name, 1 to 255 characters");

    private TlsNames() {}

    private static Syntax oneOf(String description, String... patterns) {
        return Syntax.of(String.join("|", patterns), 64, description);
    }
}
