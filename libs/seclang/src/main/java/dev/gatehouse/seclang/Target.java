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
        this(variable, selector, count, Bytes.latin1(variable + (count ? key(selector) : "")));
    }

    /** A number has no key of its own, as the values of a collection have: what was counted is said instead. */
    private static String key(Selector selector) {
        return switch (selector) {
            case Selector.All all -> "";
            case Selector.Key key -> ":" + key.key();
            case Selector.Matching matching -> ":/" + matching.written() + "/";
            case Selector.Path path -> ":" + path.path();
        };
    }

    boolean isAll() {
        return selector instanceof Selector.All;
    }
}
