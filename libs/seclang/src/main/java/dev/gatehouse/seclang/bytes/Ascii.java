package dev.gatehouse.seclang.bytes;

/** Classes of bytes (0 to 255) as C's {@code ctype.h} has them in the C locale. */
public final class Ascii {
    private Ascii() {}

    /** Space, tab, line feed, vertical tab, form feed or carriage return. */
    public static boolean isSpace(int b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    /** 0 to 9. */
    public static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    /** A letter, digit or underscore: what {@code \w} matches. */
    public static boolean isWord(int b) {
        return isAlphanumeric(b) || b == '_';
    }

    /** An ASCII letter or digit. */
    public static boolean isAlphanumeric(int b) {
        return isDigit(b) || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
    }

    /** A hexadecimal digit. */
    public static boolean isHex(int b) {
        return hex(b) >= 0;
    }

    /** The value of a hexadecimal digit; -1 if it is none. */
    public static int hex(int b) {
        if (isDigit(b)) {
            return b - '0';
        }
        int lower = lower(b);
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /** ASCII capitals made small. */
    public static int lower(int b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    /** Small ASCII letters made capital. */
    public static int upper(int b) {
        return b >= 'a' && b <= 'z' ? b - 32 : b;
    }
}
