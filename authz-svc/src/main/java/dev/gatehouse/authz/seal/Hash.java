package dev.gatehouse.authz.seal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 over parts, each with its length in front: no two lists of parts have the same input. */
public final class Hash {
    private Hash() {}

    /** @param purpose so that a hash for one thing is none for another */
    public static byte[] of(String purpose, byte[]... parts) {
        MessageDigest digest = sha256();
        add(digest, purpose.getBytes(StandardCharsets.UTF_8));
        for (byte[] part : parts) {
            add(digest, part);
        }
        return digest.digest();
    }

    /** @param purpose so that a hash for one thing is none for another */
    public static byte[] of(String purpose, String... parts) {
        byte[][] bytes = new byte[parts.length][];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = parts[i].getBytes(StandardCharsets.UTF_8);
        }
        return of(purpose, bytes);
    }

    /** SHA-256 of the text alone, as PKCE (RFC 7636) has it. */
    public static byte[] plain(String text) {
        return sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** SHA-256 of the bytes alone. */
    public static byte[] plain(byte[] bytes) {
        return sha256().digest(bytes);
    }

    private static void add(MessageDigest digest, byte[] part) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).flip());
        digest.update(part);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }
}
