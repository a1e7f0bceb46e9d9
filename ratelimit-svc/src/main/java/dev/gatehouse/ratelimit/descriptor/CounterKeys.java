package dev.gatehouse.ratelimit.descriptor;

import dev.gatehouse.ratelimit.limit.Unit;
import dev.gatehouse.ratelimit.limit.Window;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * Names counters. Every part carries its length, so that no two different descriptors share a counter whatever a client puts
 * into a value; joined without lengths, {@code a=b_c_d} and {@code a=b, c=d} would be one.
 */
public final class CounterKeys {
    /** Longer names are hashed, so that a client's long header is no long key. */
    private static final int MAX_LENGTH = 256;

    private CounterKeys() {}

    /** Different for different arguments. */
    public static String of(String domain, List<Entry> entries, Unit unit, Window window) {
        StringBuilder parts = new StringBuilder(64);
        append(parts, domain);
        for (Entry entry : entries) {
            append(parts, entry.key());
            append(parts, entry.value());
        }
        if (parts.length() > MAX_LENGTH) {
            String hash = sha256(parts.toString());
            parts.setLength(0);
            parts.append('#').append(hash);
        }
        return "rl:" + parts + unit.symbol() + window.start();
    }

    /** Text without an encoding, which an {@link Entry} may have, is written in hexadecimal digits. */
    private static void append(StringBuilder parts, String part) {
        parts.append(part.length());
        if (hasEncoding(part)) {
            parts.append(':').append(part);
        } else {
            parts.append('x');
            part.chars().forEach(each -> parts.append(HexFormat.of().toHexDigits((char) each)));
        }
    }

    /** Whether {@code text} has no unpaired surrogate. */
    private static boolean hasEncoding(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return text.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
            }
        }
        return true;
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }
}
