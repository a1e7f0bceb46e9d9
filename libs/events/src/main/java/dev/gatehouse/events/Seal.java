package dev.gatehouse.events;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals the bytes of secret resources with AES-256-GCM: 12 bytes of nonce, ciphertext, tag. The resource's fleet, type, name and
 * version are authenticated with it, so that sealed bytes cannot be passed off as another resource's. Thread-safe.
 *
 * <p>A ring has one key that seals, and others that only open: to rotate, put the new key first and keep the old one until
 * every replica has the new ring.
 */
public final class Seal {
    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Map<String, SecretKeySpec> keys;
    private final String sealingKeyId;
    private final SecureRandom random;

    /** What opening gives. */
    public sealed interface Opening {
        record Opened(ByteString resource) implements Opening {
            /** Never shows the bytes. */
            @Override
            public String toString() {
                return "Opened[" + resource.size() + " bytes]";
            }
        }

        record Refused(String reason) implements Opening {}
    }

    private Seal(Map<String, SecretKeySpec> keys, String sealingKeyId, SecureRandom random) {
        this.keys = Map.copyOf(keys);
        this.sealingKeyId = sealingKeyId;
        this.random = random;
    }

    /**
     * @param ring {@code id:base64} of 32 bytes, separated by commas; the first key seals
     * @throws IllegalArgumentException where the text is not that; the message never shows a key
     */
    public static Seal ofRing(String ring, SecureRandom random) {
        Map<String, SecretKeySpec> keys = new LinkedHashMap<>();
        String first = "";
        int position = 0;
        for (String entry : ring.split(",", -1)) {
            position++;
            int colon = entry.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException(
                        "sealing key " + position + ": no id (expected: id:base64 of " + KEY_BYTES + " bytes)");
            }
            String id = entry.substring(0, colon).strip();
            if (keys.put(id, key(id, entry.substring(colon + 1).strip())) != null) {
                throw new IllegalArgumentException("sealing key \"" + id + "\": twice (expected: ids that differ)");
            }
            if (first.isEmpty()) {
                first = id;
            }
        }
        return new Seal(keys, first, random);
    }

    private static SecretKeySpec key(String id, String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("sealing key \"" + id + "\": not base64");
        }
        if (bytes.length != KEY_BYTES) {
            throw new IllegalArgumentException(
                    "sealing key \"" + id + "\": " + bytes.length + " bytes (expected: " + KEY_BYTES + ")");
        }
        return new SecretKeySpec(bytes, "AES");
    }

    /** Id of the key that seals. */
    public String sealingKeyId() {
        return sealingKeyId;
    }

    /** Seals the resource of {@code put} with the sealing key. */
    public ByteString seal(Put put) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, sealingKeyId, nonce, put.id(), put.version());
            ByteString sealed =
                    ByteString.copyFrom(cipher.doFinal(put.resource().toByteArray()));
            return ByteString.copyFrom(nonce).concat(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM failed to seal " + put.id(), e);
        }
    }

    public Opening open(ResourceId id, String version, String keyId, ByteString sealed) {
        if (!keys.containsKey(keyId)) {
            return new Opening.Refused("sealed with key \"" + keyId + "\" (expected one of " + keys.keySet() + ")");
        }
        if (sealed.size() < NONCE_BYTES + TAG_BITS / 8) {
            return new Opening.Refused(
                    sealed.size() + " bytes (expected: at least " + (NONCE_BYTES + TAG_BITS / 8) + ")");
        }
        byte[] bytes = sealed.toByteArray();
        try {
            byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, keyId, nonce, id, version);
            byte[] opened = cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
            return new Opening.Opened(ByteString.copyFrom(opened));
        } catch (GeneralSecurityException e) {
            return new Opening.Refused("not what key \"" + keyId + "\" sealed for this resource and version");
        }
    }

    private Cipher cipher(int mode, String keyId, byte[] nonce, ResourceId id, String version)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(ALGORITHM);
        cipher.init(mode, keys.get(keyId), new GCMParameterSpec(TAG_BITS, nonce));
        for (String part : new String[] {id.fleet(), id.typeUrl(), id.name(), version}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            cipher.updateAAD(new byte[] {
                (byte) (bytes.length >>> 24),
                (byte) (bytes.length >>> 16),
                (byte) (bytes.length >>> 8),
                (byte) bytes.length
            });
            cipher.updateAAD(bytes);
        }
        return cipher;
    }

    /** Never shows a key. */
    @Override
    public String toString() {
        return "Seal[seals with " + sealingKeyId + ", opens " + keys.keySet() + "]";
    }
}
