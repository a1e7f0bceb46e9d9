package dev.gatehouse.seclang.bytes;

/** UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing over U+10FFFF. */
public final class Utf8 {
    private Utf8() {}

    /** How many bytes the character at the index has, 1 to 4; 0 if there is none. */
    public static int length(Bytes bytes, int at) {
        int length = looseLength(bytes, at);
        if (length < 2) {
            return length;
        }
        int codePoint = codePoint(bytes, at, length);
        boolean shortest = codePoint >= (length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80);
        boolean surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
        return shortest && !surrogate && codePoint <= 0x10ffff ? length : 0;
    }

    /** As {@link #length}, but overlong forms, surrogates and what is over U+10FFFF count as characters. */
    public static int looseLength(Bytes bytes, int at) {
        int first = bytes.at(at);
        if (first < 0x80) {
            return 1;
        }
        int length = first >= 0xf8 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
        if (length == 0 || at + length > bytes.length()) {
            return 0;
        }
        for (int i = 1; i < length; i++) {
            if ((bytes.at(at + i) & 0xc0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    /** The code point of a character of the given length. */
    public static int codePoint(Bytes bytes, int at, int length) {
        if (length == 1) {
            return bytes.at(at);
        }
        int codePoint = bytes.at(at) & (0xff >> (length + 1));
        for (int i = 1; i < length; i++) {
            codePoint = codePoint << 6 | (bytes.at(at + i) & 0x3f);
        }
        return codePoint;
    }
}
