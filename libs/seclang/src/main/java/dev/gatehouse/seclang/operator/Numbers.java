package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;

/** Numbers as C's {@code atoi} reads them: the digits at the beginning, 0 without any. */
public final class Numbers {
    private static final long LARGEST = Long.MAX_VALUE / 10 - 10;

    private Numbers() {}

    /** Stops growing where it would overflow. */
    public static long parse(Bytes text) {
        Bytes trimmed = text.trim();
        boolean negative = trimmed.length() > 0 && trimmed.at(0) == '-';
        int i = negative || (trimmed.length() > 0 && trimmed.at(0) == '+') ? 1 : 0;
        long number = 0;
        while (i < trimmed.length() && Ascii.isDigit(trimmed.at(i)) && number < LARGEST) {
            number = number * 10 + trimmed.at(i++) - '0';
        }
        return negative ? -number : number;
    }
}
