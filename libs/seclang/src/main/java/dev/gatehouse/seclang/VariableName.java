package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Locale;

/**
 * The name of a variable that rules set.
 *
 * @param text in small letters
 * @param bytes the same, as rules see it
 */
record VariableName(String text, Bytes bytes) {
    static VariableName of(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return new VariableName(lower, Bytes.utf8(lower));
    }
}
