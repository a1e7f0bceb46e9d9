package dev.gatehouse.gatewayapi.yaml;

import java.nio.charset.StandardCharsets;

/**
 * The characters of a file, as kubectl takes them: UTF-8, or UTF-16 with a byte order mark (which Windows' PowerShell writes).
 *
 * <p>A byte that is no part of UTF-8 becomes one character of its own, which no text holds ({@link #strayByte}): so it is found at its
 * place, and only the document that has it is not used.
 */
final class SourceText {
    /** The offset of the placeholders U+DC80 to U+DCFF for undecodable bytes. They are low surrogates, which no decoder produces alone. */
    private static final int STRAY = 0xDC00;

    private SourceText() {}

    /** The characters of {@code bytes}, without the byte order mark. */
    static String decode(byte[] bytes) {
        if (begins(bytes, 0xEF, 0xBB, 0xBF)) {
            return utf8(bytes, 3);
        } else if (begins(bytes, 0xFE, 0xFF)) {
            return new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_16BE);
        } else if (begins(bytes, 0xFF, 0xFE)) {
            return new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_16LE);
        }
        return utf8(bytes, 0);
    }

    /** The byte that {@code character} stands for; -1 if the character was written. */
    static int strayByte(int character) {
        return character >= STRAY + 0x80 && character <= STRAY + 0xFF ? character - STRAY : -1;
    }

    private static String utf8(byte[] bytes, int from) {
        StringBuilder text = new StringBuilder(bytes.length);
        int good = from;
        int at = from;
        while (at < bytes.length) {
            int length = sequence(bytes, at);
            if (length == 0) {
                text.append(new String(bytes, good, at - good, StandardCharsets.UTF_8))
                        .append((char) (STRAY + (bytes[at] & 0xFF)));
                good = at + 1;
            }
            at += Math.max(length, 1);
        }
        return text.append(new String(bytes, good, at - good, StandardCharsets.UTF_8))
                .toString();
    }

    /** The length of the character at {@code at} by RFC 3629, which forbids overlong forms and surrogates; 0 if there is none. */
    private static int sequence(byte[] bytes, int at) {
        int first = bytes[at] & 0xFF;
        int length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
        if (length == 0 || at + length > bytes.length) {
            return 0;
        }
        for (int i = 1; i < length; i++) {
            if ((bytes[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        int second = length > 1 ? bytes[at + 1] & 0xFF : 0;
        boolean outside = first == 0xE0 && second < 0xA0
                || first == 0xED && second > 0x9F
                || first == 0xF0 && second < 0x90
                || first == 0xF4 && second > 0x8F;
        return outside ? 0 : length;
    }

    private static boolean begins(byte[] bytes, int... mark) {
        for (int i = 0; i < mark.length; i++) {
            if (bytes.length <= i || (bytes[i] & 0xFF) != mark[i]) {
                return false;
            }
        }
        return true;
    }
}
