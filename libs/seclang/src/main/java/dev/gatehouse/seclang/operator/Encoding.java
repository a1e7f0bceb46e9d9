package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.Utf8;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;

/** Operators that match invalid encodings. */
final class Encoding {
    private static final int LAST_BYTE = 255;

    private Encoding() {}

    static boolean isBadUtf8(Bytes value) {
        int i = 0;
        while (i < value.length()) {
            int length = Utf8.length(value, i);
            if (length == 0) {
                return true;
            }
            i += length;
        }
        return false;
    }

    /** Ranges as in {@code 10,13,32-126}: matches a value with any other byte. */
    static Operator byteRange(Span argument) throws SecLangException {
        ByteSet allowed = ByteSet.NONE;
        if (!argument.text().isBlank()) {
            for (String range : argument.text().split(",", -1)) {
                String[] ends = range.split("-", -1);
                int from = bound(argument, ends[0].strip());
                int to = bound(argument, ends[ends.length - 1].strip());
                if (ends.length > 2 || from > to) {
                    throw argument.error("\"" + range + "\" is no range of bytes (expected: as in 10,13,32-126)");
                }
                allowed = allowed.or(ByteSet.range(from, to));
            }
        }
        return new ByteRange(allowed.not());
    }

    private static int bound(Span argument, String text) throws SecLangException {
        boolean digits = !text.isEmpty() && text.length() <= 3 && text.chars().allMatch(Ascii::isDigit);
        int bound = digits ? Integer.parseInt(text) : LAST_BYTE + 1;
        if (bound > LAST_BYTE) {
            throw argument.error("\"" + text + "\" is no byte (expected: 0 to 255, as in 10,13,32-126)");
        }
        return bound;
    }
}
