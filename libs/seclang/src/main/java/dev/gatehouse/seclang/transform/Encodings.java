package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.bytes.Utf8;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Base64, hexadecimal, digests and Unicode escapes. */
final class Encodings {
    private static final String HEX = "0123456789abcdef";

    /** The value of each byte as a digit of base64; -1: it is none. */
    private static final byte[] DIGITS = new byte[256];

    static {
        for (int b = 0; b < DIGITS.length; b++) {
            DIGITS[b] = (byte) base64Digit(b);
        }
    }

    private Encodings() {}

    /** Up to the first byte that is not of the alphabet. */
    static Bytes base64Decode(Bytes value) {
        return base64(value, false);
    }

    /** Bytes that are not of the alphabet are passed over. */
    static Bytes base64DecodeExt(Bytes value) {
        return base64(value, true);
    }

    private static Bytes base64(Bytes value, boolean passOver) {
        byte[] text = value.array();
        byte[] decoded = new byte[(int) (value.length() * 3L / 4) + 1];
        int length = 0;
        int bits = 0;
        int held = 0;
        for (int i = value.offset(); i < value.offset() + value.length(); i++) {
            int digit = DIGITS[text[i] & 0xff];
            if (digit < 0) {
                if (passOver || text[i] == '\r' || text[i] == '\n') {
                    continue;
                }
                break;
            }
            held = (held << 6 | digit) & 0xffff;
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                decoded[length++] = (byte) (held >> bits);
            }
        }
        return Bytes.of(decoded, 0, length);
    }

    private static int base64Digit(int b) {
        if (b >= 'A' && b <= 'Z') {
            return b - 'A';
        }
        if (b >= 'a' && b <= 'z') {
            return b - 'a' + 26;
        }
        if (Ascii.isDigit(b)) {
            return b - '0' + 52;
        }
        return b == '+' ? 62 : b == '/' ? 63 : -1;
    }

    static Bytes base64Encode(Bytes value) {
        return Bytes.of(Base64.getEncoder().encode(value.toArray()));
    }

    static Bytes hexEncode(Bytes value) {
        BytesBuilder encoded = new BytesBuilder(value.length() * 2);
        for (int i = 0; i < value.length(); i++) {
            encoded.append(HEX.charAt(value.at(i) >> 4)).append(HEX.charAt(value.at(i) & 15));
        }
        return encoded.build();
    }

    /** As it is, if there is anything but pairs of digits: a stray byte must not hide the rest from rules. */
    static Bytes hexDecode(Bytes value) {
        if (value.length() % 2 != 0) {
            return value;
        }
        BytesBuilder decoded = new BytesBuilder(value.length() / 2);
        for (int i = 0; i < value.length(); i += 2) {
            if (!UrlCodec.hex(value, i, 2)) {
                return value;
            }
            decoded.append(UrlCodec.number(value, i, 2));
        }
        return decoded.build();
    }

    /** SQL's {@code 0x414243}. */
    static Bytes sqlHexDecode(Bytes value) {
        BytesBuilder decoded = new BytesBuilder(value.length());
        int i = 0;
        while (i < value.length()) {
            if (value.at(i) == '0'
                    && i + 1 < value.length()
                    && Ascii.lower(value.at(i + 1)) == 'x'
                    && UrlCodec.hex(value, i + 2, 2)) {
                i += 2;
                while (UrlCodec.hex(value, i, 2)) {
                    decoded.append(UrlCodec.number(value, i, 2));
                    i += 2;
                }
            } else {
                decoded.append(value.at(i++));
            }
        }
        return decoded.build();
    }

    /** The digest's raw bytes. */
    static Bytes digest(String algorithm, Bytes value) {
        try {
            return Bytes.of(MessageDigest.getInstance(algorithm).digest(value.toArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    /**
     * Replaces each UTF-8 character of more than one byte by {@code %uHHHH}. Overlong forms, surrogates and characters
     * beyond U+10FFFF are replaced too, since lenient servers read them as characters. Other invalid bytes stay.
     */
    static Bytes utf8ToUnicode(Bytes value) {
        BytesBuilder escaped = new BytesBuilder(value.length());
        int i = 0;
        while (i < value.length()) {
            int length = Utf8.looseLength(value, i);
            if (length < 2) {
                escaped.append(value.at(i++));
                continue;
            }
            int codePoint = Utf8.codePoint(value, i, length);
            escaped.append('%').append('u');
            for (int shift = codePoint > 0xfffff ? 20 : codePoint > 0xffff ? 16 : 12; shift >= 0; shift -= 4) {
                escaped.append(HEX.charAt(codePoint >> shift & 15));
            }
            i += length;
        }
        return escaped.build();
    }
}
