package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;

/** URL encoding (application/x-www-form-urlencoded), and Microsoft's {@code %uHHHH}. Invalid encodings stay unchanged. */
public final class UrlCodec {
    private static final String HEX = "0123456789abcdef";

    /** The value of each byte as a hexadecimal digit; -1: it is none. */
    private static final byte[] DIGITS = new byte[256];

    static {
        for (int b = 0; b < DIGITS.length; b++) {
            DIGITS[b] = (byte) Ascii.hex(b);
        }
    }

    private UrlCodec() {}

    /** {@code %HH} is the byte, {@code +} is a space. */
    public static Bytes decode(Bytes value) {
        return decode(value, true, false);
    }

    /** {@code %HH} only: as in a path. */
    public static Bytes decodePath(Bytes value) {
        return decode(value, false, false);
    }

    static Bytes decodeUnicode(Bytes value) {
        return decode(value, true, true);
    }

    private static Bytes decode(Bytes value, boolean plus, boolean unicode) {
        if (value.indexOf('%', 0) < 0 && (!plus || value.indexOf('+', 0) < 0)) {
            return value;
        }
        byte[] text = value.array();
        int to = value.offset() + value.length();
        byte[] decoded = new byte[value.length()];
        int length = 0;
        int i = value.offset();
        while (i < to) {
            byte b = text[i];
            if (b != '%') {
                decoded[length++] = plus && b == '+' ? (byte) ' ' : b;
                i++;
            } else if (unicode && i + 1 < to && (text[i + 1] | 0x20) == 'u' && hex(text, i + 2, 4, to)) {
                decoded[length++] = (byte) BestFit.byteFor(number(text, i + 2, 4));
                i += 6;
            } else if (hex(text, i + 1, 2, to)) {
                decoded[length++] = (byte) number(text, i + 1, 2);
                i += 3;
            } else {
                decoded[length++] = b;
                i++;
            }
        }
        return Bytes.of(decoded, 0, length);
    }

    static Bytes encode(Bytes value) {
        BytesBuilder encoded = new BytesBuilder(value.length() * 3);
        for (int i = 0; i < value.length(); i++) {
            int b = value.at(i);
            if (b == ' ') {
                encoded.append('+');
            } else if (Ascii.isWord(b) || b == '*') {
                encoded.append(b == '_' ? "%5f" : Character.toString(b));
            } else {
                encoded.append('%').append(HEX.charAt(b >> 4)).append(HEX.charAt(b & 15));
            }
        }
        return encoded.build();
    }

    /** Base64 (RFC 4648), up to the first byte that is not of it. */
    public static Bytes base64(Bytes value) {
        return Encodings.base64Decode(value);
    }

    /** Whether there is a percent sign that two hexadecimal digits do not follow. */
    public static boolean isBadlyEncoded(Bytes value) {
        for (int i = value.indexOf('%', 0); i >= 0; i = value.indexOf('%', i + 1)) {
            if (!hex(value, i + 1, 2)) {
                return true;
            }
        }
        return false;
    }

    /** Whether there are so many hexadecimal digits at the place. */
    static boolean hex(Bytes value, int at, int digits) {
        int from = value.offset() + at;
        return hex(value.array(), from, digits, value.offset() + value.length());
    }

    private static boolean hex(byte[] text, int from, int digits, int to) {
        if (from + digits > to) {
            return false;
        }
        for (int i = from; i < from + digits; i++) {
            if (DIGITS[text[i] & 0xff] < 0) {
                return false;
            }
        }
        return true;
    }

    static int number(Bytes value, int at, int digits) {
        return number(value.array(), value.offset() + at, digits);
    }

    private static int number(byte[] text, int from, int digits) {
        int number = 0;
        for (int i = from; i < from + digits; i++) {
            number = number * 16 + DIGITS[text[i] & 0xff];
        }
        return number;
    }
}
