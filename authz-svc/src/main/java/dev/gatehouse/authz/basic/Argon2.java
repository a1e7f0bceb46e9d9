package dev.gatehouse.authz.basic;

import dev.gatehouse.authz.policy.InvalidPolicy;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A hash of Argon2, RFC 9106, in the PHC string format: {@code $argon2id$v=19$m=65536,t=3,p=4$SALT$HASH}, salt and hash in base64
 * without padding.
 *
 * @param text the whole of it
 * @param memory in KiB
 * @param passes over the memory
 */
public record Argon2(String text, Type type, int memory, int passes, int lanes, byte[] salt, byte[] digest)
        implements PasswordHash {
    static final String PREFIX = "$argon2";

    /** In KiB, of one hash: what PHP, Python's argon2-cffi and RFC 9106 (its second choice) use. */
    public static final int MAX_MEMORY = 64 * 1024;
    /** In KiB, memory times passes: PHP's default, which takes a core some half a second. Proxies wait for two. */
    static final long MAX_WORK = 4L * MAX_MEMORY;

    private static final int MAX_LANES = 64;
    /** RFC 9106, 3.1: 8 KiB for each lane. */
    private static final int MEMORY_PER_LANE = 8;

    private static final int MIN_SALT = 8;
    private static final int MIN_DIGEST = 12;
    private static final int MAX_BYTES = 64;

    private static final Pattern FORM = Pattern.compile(
            "\\$argon2(?<type>id|i|d)\\$(v=(?<version>\\d{1,9})\\$)?m=(?<memory>\\d{1,10}),t=(?<passes>\\d{1,10}),p=(?<lanes>\\d{1,10})"
                    + "\\$(?<salt>[A-Za-z0-9+/]+)\\$(?<digest>[A-Za-z0-9+/]+)");
    private static final String EXAMPLE = "$argon2id$v=19$m=19456,t=2,p=1$ and salt and hash in base64";

    /** The variant. Argon2d is not one: its time tells of the password. */
    public enum Type {
        ID,
        I
    }

    public Argon2 {
        salt = salt.clone();
        digest = digest.clone();
    }

    @Override
    public byte[] salt() {
        return salt.clone();
    }

    @Override
    public byte[] digest() {
        return digest.clone();
    }

    /** @param whose names the user, at the start of messages */
    static Argon2 parse(String text, String field, String whose) throws InvalidPolicy {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new InvalidPolicy(field, whose + "argon2 of another form (not shown)", EXAMPLE);
        }
        if (form.group("type").equals("d")) {
            throw new InvalidPolicy(field, whose + "argon2d, whose time tells of the password", "argon2id or argon2i");
        }
        String version = form.group("version");
        if (version == null || Integer.parseInt(version) != 19) {
            throw new InvalidPolicy(
                    field, whose + "argon2 of version " + (version == null ? "16, by no v=" : version), "v=19");
        }
        long memory = Long.parseLong(form.group("memory"));
        long passes = Long.parseLong(form.group("passes"));
        long lanes = Long.parseLong(form.group("lanes"));
        if (lanes < 1 || lanes > MAX_LANES) {
            throw new InvalidPolicy(field, whose + "argon2 with p=" + lanes, "1 to " + MAX_LANES);
        }
        if (memory < MEMORY_PER_LANE * lanes || memory > MAX_MEMORY) {
            throw new InvalidPolicy(
                    field,
                    whose + "argon2 with m=" + memory,
                    MEMORY_PER_LANE * lanes + " to " + MAX_MEMORY + " KiB of memory");
        }
        if (passes < 1 || passes * memory > MAX_WORK) {
            throw new InvalidPolicy(
                    field,
                    whose + "argon2 with m=" + memory + " and t=" + passes,
                    "t of 1 to " + MAX_WORK / memory + " for this m");
        }
        return new Argon2(
                text,
                form.group("type").equals("id") ? Type.ID : Type.I,
                (int) memory,
                (int) passes,
                (int) lanes,
                bytes(form.group("salt"), MIN_SALT, "salt", field, whose),
                bytes(form.group("digest"), MIN_DIGEST, "hash", field, whose));
    }

    private static byte[] bytes(String base64, int least, String part, String field, String whose)
            throws InvalidPolicy {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new InvalidPolicy(field, whose + "argon2 whose " + part + " is no base64", EXAMPLE);
        }
        if (bytes.length < least || bytes.length > MAX_BYTES) {
            throw new InvalidPolicy(
                    field,
                    whose + "argon2 with a " + part + " of " + bytes.length + " bytes",
                    least + " to " + MAX_BYTES + " bytes");
        }
        return bytes;
    }

    @Override
    public String toString() {
        return "Argon2[]";
    }
}
