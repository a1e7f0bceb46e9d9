package dev.gatehouse.controller.envoy;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * An API key as written in a Secret: the key itself, or {@code {SHA256}} and the key's SHA-256 in hexadecimal digits or
 * base64 (the scheme of RFC 2307, by which htpasswd and directories tell hashes from passwords).
 *
 * <p>Text that begins with {@code {SHA256}} without a valid hash is an error and never a key. Otherwise a truncated
 * hash would itself become a valid key.
 */
sealed interface ApiKeyText {
    String SCHEME = "{SHA256}";
    int BYTES = 32;
    Pattern HEXADECIMAL = Pattern.compile("[0-9a-fA-F]{64}");
    String EXPECTED = " (expected: " + SCHEME + " and the key's SHA-256, as 64 hexadecimal digits or base64)";

    /** @param sha256 the key's SHA-256 */
    record Digest(ByteString sha256) implements ApiKeyText {
        @Override
        public String toString() {
            return "Digest[]";
        }
    }

    /** @param reason the reason, without any part of the key */
    record Unreadable(String reason) implements ApiKeyText {}

    static ApiKeyText of(byte[] value) {
        byte[] key = withoutLineEnd(value);
        String text = new String(key, StandardCharsets.ISO_8859_1);
        if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return new Digest(ByteString.copyFrom(sha256(key)));
        }
        String hash = text.substring(SCHEME.length());
        if (HEXADECIMAL.matcher(hash).matches()) {
            return new Digest(ByteString.copyFrom(HexFormat.of().parseHex(hash)));
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(hash);
            if (bytes.length == BYTES) {
                return new Digest(ByteString.copyFrom(bytes));
            }
            String decoded = new String(bytes, StandardCharsets.ISO_8859_1).strip();
            return new Unreadable(
                    (HEXADECIMAL.matcher(decoded).matches() ? "base64 of hexadecimal digits" : bytes.length + " bytes")
                            + EXPECTED);
        } catch (IllegalArgumentException e) {
            return new Unreadable("neither of them" + EXPECTED);
        }
    }

    /**
     * Removes the line end that {@code echo KEY | base64} and editors leave. No header, parameter or cookie can contain
     * a line end; Envoy Gateway keeps it, so that no request ever matches such a key.
     */
    private static byte[] withoutLineEnd(byte[] key) {
        int length = key.length;
        while (length > 0 && (key[length - 1] == '\n' || key[length - 1] == '\r')) {
            length--;
        }
        return Arrays.copyOf(key, length);
    }

    private static byte[] sha256(byte[] value) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }
}
