package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Variable;

/**
 * Values that a rule looks at, or is kept from looking at.
 *
 * @param count whether their number is the value
 */
record Target(Variable variable, Selector selector, boolean count) {
    boolean isAll() {
        return selector instanceof Selector.All;
    }

    /** As in {@code MATCHED_VAR_NAME} and logs. */
    String label() {
        return (count ? "&" : "") + variable;
    }
}
