package dev.gatehouse.seclang.regex;

/** A set of byte values, 256 bits. Immutable. */
record ByteSet(long a, long b, long c, long d) {
    static final ByteSet NONE = new ByteSet(0, 0, 0, 0);
    static final ByteSet ALL = new ByteSet(-1, -1, -1, -1);
    static final ByteSet NEWLINE = of('\n');
    static final ByteSet DIGIT = range('0', '9');
    static final ByteSet WORD = range('a', 'z').or(range('A', 'Z')).or(DIGIT).or(of('_'));
    /** PCRE's {@code \s}, which has the vertical tab that RE2's leaves out. */
    static final ByteSet SPACE = range('\t', '\r').or(of(' '));

    static ByteSet of(int value) {
        return range(value, value);
    }

    /** Both bounds belong to it. */
    static ByteSet range(int low, int high) {
        return new ByteSet(word(low, high, 0), word(low, high, 64), word(low, high, 128), word(low, high, 192));
    }

    private static long word(int low, int high, int base) {
        int from = Math.max(low - base, 0);
        int to = Math.min(high - base, 63);
        return from > to ? 0 : (-1L >>> (63 - (to - from))) << from;
    }

    boolean has(int value) {
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

    ByteSet or(ByteSet o) {
        return new ByteSet(a | o.a, b | o.b, c | o.c, d | o.d);
    }

    ByteSet not() {
        return new ByteSet(~a, ~b, ~c, ~d);
    }

    /** With the other case of every ASCII letter. */
    ByteSet folded() {
        long upper = b & LETTERS;
        long lower = b >>> 32 & LETTERS;
        return new ByteSet(a, b | upper << 32 | lower, c, d);
    }

    boolean isEmpty() {
        return (a | b | c | d) == 0;
    }

    boolean intersects(ByteSet o) {
        return ((a & o.a) | (b & o.b) | (c & o.c) | (d & o.d)) != 0;
    }

    int size() {
        return Long.bitCount(a) + Long.bitCount(b) + Long.bitCount(c) + Long.bitCount(d);
    }

    /** 'A' to 'Z' in the second word; the small letters are 32 bits further up. */
    private static final long LETTERS = 0x07fffffeL;
}
