package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.util.function.IntUnaryOperator;

/** Transformations of each byte by itself. */
final class Letters {
    private Letters() {}

    static Bytes lowercase(Bytes value) {
        return map(value, Ascii::lower);
    }

    static Bytes uppercase(Bytes value) {
        return map(value, Ascii::upper);
    }

    /** The eighth bit makes the number of ones even (0) or odd (1). */
    static Bytes parity(Bytes value, int wanted) {
        return map(value, b -> (Integer.bitCount(b & 0x7f) & 1) == wanted ? b & 0x7f : b | 0x80);
    }

    static Bytes zeroParity(Bytes value) {
        return map(value, b -> b & 0x7f);
    }

    private static Bytes map(Bytes value, IntUnaryOperator function) {
        for (int i = 0; i < value.length(); i++) {
            if (function.applyAsInt(value.at(i)) != value.at(i)) {
                return mapFrom(value, i, function);
            }
        }
        return value;
    }

    private static Bytes mapFrom(Bytes value, int from, IntUnaryOperator function) {
        BytesBuilder mapped = new BytesBuilder(value.length()).append(value.slice(0, from));
        for (int i = from; i < value.length(); i++) {
            mapped.append(function.applyAsInt(value.at(i)));
        }
        return mapped.build();
    }
}
