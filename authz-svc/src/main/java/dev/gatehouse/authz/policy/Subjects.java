package dev.gatehouse.authz.policy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How subjects, which are names of people and programs, are written where they leave this process for a log: as they are, as a keyed hash (HMAC-SHA-256, cut to
 * 128 bits), or not at all. Who has the key can look a name up; who has the log alone cannot try names. Safe for any thread.
 */
public final class Subjects {
    private static final String HASH = "HmacSHA256";
    private static final int BYTES = 16;

    /** How a subject is written. */
    public enum Form {
        /** As it is. */
        PLAIN,
        /** {@code hmac:} and 22 characters of Base64 for URLs. */
        HASHED,
        /** Left out. */
        NONE
    }

    private final Form form;
    private final Supplier<byte[]> key;

    /** @param key asked for each hash: 32 bytes */
    public Subjects(Form form, Supplier<byte[]> key) {
        this.form = form;
        this.key = key;
    }

    /** The subject as logs have it; empty where they do not, and for the empty name. */
    public Optional<String> written(String subject) {
        return subject.isEmpty()
                ? Optional.empty()
                : switch (form) {
                    case PLAIN -> Optional.of(subject);
                    case HASHED -> Optional.of("hmac:" + digest("subject", subject));
                    case NONE -> Optional.empty();
                };
    }

    /**
     * A digest, with the same key, of what identifies something that is no subject: 22 characters of Base64 for URLs.
     *
     * @param purpose so that a digest for one thing is none for another
     */
    public String digest(String purpose, String... parts) {
        try {
            Mac mac = Mac.getInstance(HASH);
            mac.init(new SecretKeySpec(key.get(), HASH));
            add(mac, purpose);
            for (String part : parts) {
                add(mac, part);
            }
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(mac.doFinal(), BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no " + HASH, e);
        }
    }

    /** Each part has its length in front: no two lists of parts have the same input. */
    private static void add(Mac mac, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        mac.update(bytes);
    }

    @Override
    public String toString() {
        return "Subjects[" + form + "]";
    }
}
