package dev.gatehouse.seclang.bytes;

import java.util.function.IntPredicate;

/**
 * A set of byte values: which bytes a text has, or which ones matter to somebody. Each long has 64 of them, as bits.
 */
public record ByteMask(long first, long second, long third, long fourth) {
    /** The values, 0 to 255, that the predicate holds of. */
    public static ByteMask of(IntPredicate values) {
        long[] words = new long[4];
        for (int value = 0; value < 256; value++) {
            if (values.test(value)) {
                words[value >> 6] |= 1L << value;
            }
        }
        return new ByteMask(words[0], words[1], words[2], words[3]);
    }

    /** The values that occur in the text. */
    public static ByteMask in(Bytes text) {
        long[] words = new long[4];
        byte[] array = text.array();
        int to = text.offset() + text.length();
        for (int i = text.offset(); i < to; i++) {
            int value = array[i] & 0xff;
            words[value >> 6] |= 1L << value;
        }
        return new ByteMask(words[0], words[1], words[2], words[3]);
    }

    /** The values of both. */
    public ByteMask or(ByteMask other) {
        return new ByteMask(first | other.first, second | other.second, third | other.third, fourth | other.fourth);
    }

    /** Whether some value is in both. */
    public boolean meets(ByteMask other) {
        return ((first & other.first) | (second & other.second) | (third & other.third) | (fourth & other.fourth)) != 0;
    }
}
