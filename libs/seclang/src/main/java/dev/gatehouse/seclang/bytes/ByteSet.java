package dev.gatehouse.seclang.bytes;

import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A set of byte values, for example the bytes that occur in a text. Each long holds 64 values as bits. */
public record ByteSet(long a, long b, long c, long d) {
    /** Bytes of a text that a table is faster for than registers. */
    private static final int LONG = 1024;

    public static final ByteSet NONE = new ByteSet(0, 0, 0, 0);
    public static final ByteSet ALL = new ByteSet(-1, -1, -1, -1);
    public static final ByteSet NEWLINE = of('\n');
    public static final ByteSet DIGIT = range('0', '9');
    public static final ByteSet WORD =
            range('a', 'z').or(range('A', 'Z')).or(DIGIT).or(of('_'));
    /** PCRE's {@code \s}, which has the vertical tab that RE2's leaves out. */
    public static final ByteSet SPACE = range('\t', '\r').or(of(' '));

    public static ByteSet of(int value) {
        return range(value, value);
    }

    /** The values, 0 to 255, that the predicate holds of. */
    public static ByteSet of(IntPredicate values) {
        long[] words = new long[4];
        for (int value = 0; value < 256; value++) {
            if (values.test(value)) {
                words[value >> 6] |= 1L << value;
            }
        }
        return new ByteSet(words[0], words[1], words[2], words[3]);
    }

    /** The values that occur in the text. */
    public static ByteSet in(Bytes text) {
        byte[] array = text.array();
        int to = text.offset() + text.length();
        if (text.length() > LONG) {
            boolean[] seen = new boolean[256];
            for (int i = text.offset(); i < to; i++) {
                seen[array[i] & 0xff] = true;
            }
            return of(value -> seen[value]);
        }
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (int i = text.offset(); i < to; i++) {
            int value = array[i];
            long bit = 1L << value;
            // In registers and without a branch: a table of words would be written to and read again for each byte.
            int word = value >> 6;
            a |= word == 0 ? bit : 0;
            b |= word == 1 ? bit : 0;
            c |= word == -2 ? bit : 0; // bytes over 127 are negative
            d |= word == -1 ? bit : 0;
        }
        return new ByteSet(a, b, c, d);
    }

    /** Both bounds belong to it. */
    public static ByteSet range(int low, int high) {
        return new ByteSet(word(low, high, 0), word(low, high, 64), word(low, high, 128), word(low, high, 192));
    }

    private static long word(int low, int high, int base) {
        int from = Math.max(low - base, 0);
        int to = Math.min(high - base, 63);
        return from > to ? 0 : (-1L >>> (63 - (to - from))) << from;
    }

    public boolean has(int value) {
        return (switch (value >> 6) {
                                    case 0 -> a;
                                    case 1 -> b;
                                    case 2 -> c;
                                    default -> d;
                                }
                                >>> value
                        & 1)
                != 0;
    }

    public ByteSet or(ByteSet o) {
        return new ByteSet(a | o.a, b | o.b, c | o.c, d | o.d);
    }

    public ByteSet not() {
        return new ByteSet(~a, ~b, ~c, ~d);
    }

    /** With the other case of every ASCII letter. */
    public ByteSet folded() {
        long upper = b & LETTERS;
        long lower = b >>> 32 & LETTERS;
        return new ByteSet(a, b | upper << 32 | lower, c, d);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ByteSet set && a == set.a && b == set.b && c == set.c && d == set.d;
    }

    /** Written by hand: the JDK generates a record's methods at their first use, which costs a new process some milliseconds. */
    @Override
    public int hashCode() {
        return Long.hashCode(((a * 31 + b) * 31 + c) * 31 + d);
    }

    public boolean isEmpty() {
        return (a | b | c | d) == 0;
    }

    /** Whether some value is in both. */
    public boolean intersects(ByteSet o) {
        return ((a & o.a) | (b & o.b) | (c & o.c) | (d & o.d)) != 0;
    }

    public int size() {
        return Long.bitCount(a) + Long.bitCount(b) + Long.bitCount(c) + Long.bitCount(d);
    }

    /** 'A' to 'Z' in the second word; the small letters are 32 bits further up. */
    private static final long LETTERS = 0x07fffffeL;
}
