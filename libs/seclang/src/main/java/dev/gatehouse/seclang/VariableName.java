package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Locale;

/**
 * The name of a variable that rules set.
 *
 * @param text the name in lower case
 * @param bytes the name as bytes, as rules see it
 */
record VariableName(String text, Bytes bytes) {
    static VariableName of(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return new VariableName(lower, Bytes.utf8(lower));
    }
}
