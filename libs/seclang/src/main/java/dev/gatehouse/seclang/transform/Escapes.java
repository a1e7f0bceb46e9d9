package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;

/** Transformations of backslash escapes: ANSI C's, JavaScript's, CSS's. */
final class Escapes {
    private Escapes() {}

    static Bytes escapeSeqDecode(Bytes value) {
        if (value.indexOf('\\', 0) < 0) {
            return value;
        }
        BytesBuilder decoded = new BytesBuilder(value.length());
        int i = 0;
        while (i < value.length()) {
            if (value.at(i) != '\\' || i + 1 == value.length()) {
                decoded.append(value.at(i++));
                continue;
            }
            int escaped = value.at(i + 1);
            if (escaped == 'x' && UrlCodec.hex(value, i + 2, 2)) {
                decoded.append(UrlCodec.number(value, i + 2, 2));
                i += 4;
            } else if (isOctal(escaped)) {
                int digits = octalDigits(value, i + 1);
                decoded.append(octal(value, i + 1, digits));
                i += 1 + digits;
            } else if (control(escaped) >= 0) {
                decoded.append(control(escaped));
                i += 2;
            } else if (escaped == '\\' || escaped == '?' || escaped == '\'' || escaped == '"') {
                decoded.append(escaped);
                i += 2;
            } else {
                i++;
                decoded.append(value.at(i++));
            }
        }
        return decoded.build();
    }

    static Bytes jsDecode(Bytes value) {
        if (value.indexOf('\\', 0) < 0) {
            return value;
        }
        BytesBuilder decoded = new BytesBuilder(value.length());
        int i = 0;
        while (i < value.length()) {
            if (value.at(i) != '\\' || i + 1 == value.length()) {
                decoded.append(value.at(i++));
                continue;
            }
            int escaped = value.at(i + 1);
            if (escaped == 'u' && UrlCodec.hex(value, i + 2, 4)) {
                decoded.append(fullWidth(UrlCodec.number(value, i + 2, 4)) & 0xff);
                i += 6;
            } else if (escaped == 'x' && UrlCodec.hex(value, i + 2, 2)) {
                decoded.append(UrlCodec.number(value, i + 2, 2));
                i += 4;
            } else if (isOctal(escaped)) {
                int digits = octalDigits(value, i + 1);
                if (digits == 3 && escaped > '3') {
                    digits = 2;
                }
                decoded.append(octal(value, i + 1, digits));
                i += 1 + digits;
            } else {
                int control = control(escaped);
                decoded.append(control >= 0 ? control : escaped);
                i += 2;
            }
        }
        return decoded.build();
    }

    /** CSS 2 and later, section "Characters and case": up to six hexadecimal digits and one white space. The character is UTF-8. */
    static Bytes cssDecode(Bytes value) {
        if (value.indexOf('\\', 0) < 0) {
            return value;
        }
        BytesBuilder decoded = new BytesBuilder(value.length());
        int i = 0;
        while (i < value.length()) {
            if (value.at(i) != '\\') {
                decoded.append(value.at(i++));
                continue;
            }
            i++;
            int digits = 0;
            while (digits < 6 && i + digits < value.length() && Ascii.isHex(value.at(i + digits))) {
                digits++;
            }
            if (digits > 0) {
                decoded.appendUtf8(fullWidth(UrlCodec.number(value, i, digits)));
                i += digits;
                if (i < value.length() && Ascii.isSpace(value.at(i))) {
                    i++;
                }
            } else if (i < value.length()) {
                if (value.at(i) != '\n') {
                    decoded.append(value.at(i));
                }
                i++;
            }
        }
        return decoded.build();
    }

    /** The ASCII character that a full-width one stands for. */
    private static int fullWidth(int codePoint) {
        return codePoint >= 0xff01 && codePoint <= 0xff5e ? codePoint - 0xff01 + 0x21 : codePoint;
    }

    private static int control(int escaped) {
        return switch (escaped) {
            case 'a' -> 7;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0b;
            default -> -1;
        };
    }

    private static boolean isOctal(int b) {
        return b >= '0' && b <= '7';
    }

    private static int octalDigits(Bytes value, int at) {
        int digits = 0;
        while (digits < 3 && at + digits < value.length() && isOctal(value.at(at + digits))) {
            digits++;
        }
        return digits;
    }

    private static int octal(Bytes value, int at, int digits) {
        int number = 0;
        for (int i = at; i < at + digits; i++) {
            number = number * 8 + value.at(i) - '0';
        }
        return number & 0xff;
    }
}
