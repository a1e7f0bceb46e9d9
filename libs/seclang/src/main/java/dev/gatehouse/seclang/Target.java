package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.Variable;

/**
 * Values that a rule looks at, or is kept from looking at.
 *
 * @param count whether their number is the value
 * @param label as in {@code MATCHED_VAR_NAME} and logs
 */
record Target(Variable variable, Selector selector, boolean count, Bytes label) {
    Target(Variable variable, Selector selector, boolean count) {
        this(variable, selector, count, Bytes.latin1((count ? "&" : "") + variable));
    }

    boolean isAll() {
        return selector instanceof Selector.All;
    }
}
