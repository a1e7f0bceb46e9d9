package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;

/** URL encoding (application/x-www-form-urlencoded), and Microsoft's {@code %uHHHH}. What is not well encoded stays as it is. */
public final class UrlCodec {
    private static final String HEX = "0123456789abcdef";

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
        BytesBuilder decoded = new BytesBuilder(value.length());
        int i = 0;
        while (i < value.length()) {
            int b = value.at(i);
            if (b == '%'
                    && unicode
                    && i + 1 < value.length()
                    && Ascii.lower(value.at(i + 1)) == 'u'
                    && hex(value, i + 2, 4)) {
                decoded.append(BestFit.byteFor(number(value, i + 2, 4)));
                i += 6;
            } else if (b == '%' && hex(value, i + 1, 2)) {
                decoded.append(number(value, i + 1, 2));
                i += 3;
            } else {
                decoded.append(plus && b == '+' ? ' ' : b);
                i++;
            }
        }
        return decoded.build();
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
        if (at + digits > value.length()) {
            return false;
        }
        for (int i = at; i < at + digits; i++) {
            if (!Ascii.isHex(value.at(i))) {
                return false;
            }
        }
        return true;
    }

    static int number(Bytes value, int at, int digits) {
        int number = 0;
        for (int i = at; i < at + digits; i++) {
            number = number * 16 + Ascii.hex(value.at(i));
        }
        return number;
    }
}
