package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.function.IntUnaryOperator;

/** Transformations of each byte by itself: as tables, since a function would be called for each byte of long bodies. */
final class Letters {
    private static final byte[] LOWER = table(Ascii::lower);
    private static final byte[] UPPER = table(Ascii::upper);
    private static final byte[] EVEN = table(b -> Integer.bitCount(b) % 2 == 0 ? b & 0x7f : b | 0x80);
    private static final byte[] ODD = table(b -> Integer.bitCount(b) % 2 == 1 ? b & 0x7f : b | 0x80);
    private static final byte[] ZERO = table(b -> b & 0x7f);

    private Letters() {}

    private static byte[] table(IntUnaryOperator function) {
        byte[] table = new byte[256];
        for (int b = 0; b < table.length; b++) {
            table[b] = (byte) function.applyAsInt(b);
        }
        return table;
    }

    static Bytes lowercase(Bytes value) {
        return map(value, LOWER);
    }

    static Bytes uppercase(Bytes value) {
        return map(value, UPPER);
    }

    /**
     * Sets the eighth bit to make the number of ones even. If the byte already has the eighth bit, that bit is counted
     * too, as in ModSecurity.
     */
    static Bytes evenParity(Bytes value) {
        return map(value, EVEN);
    }

    /** As {@link #evenParity}, odd. */
    static Bytes oddParity(Bytes value) {
        return map(value, ODD);
    }

    static Bytes zeroParity(Bytes value) {
        return map(value, ZERO);
    }

    static Bytes map(Bytes value, byte[] table) {
        byte[] text = value.array();
        byte[] mapped = new byte[value.length()];
        for (int i = 0, at = value.offset(); i < mapped.length; i++, at++) {
            mapped[i] = table[text[at] & 0xff];
        }
        return Bytes.of(mapped);
    }
}
