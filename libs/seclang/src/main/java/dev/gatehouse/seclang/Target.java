package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.Variable;
import org.jspecify.annotations.Nullable;

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

    // Written out, as in Selector: what the JDK makes of a record costs a fresh process some milliseconds for each
    // record, and rules
    // are told apart by their targets when they are compiled.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Target target
                && variable == target.variable
                && count == target.count
                && selector.equals(target.selector);
    }

    @Override
    public int hashCode() {
        return (variable.hashCode() * 31 + selector.hashCode()) * 2 + (count ? 1 : 0);
    }

    @Override
    public String toString() {
        return label + ":" + selector;
    }

    boolean isAll() {
        return selector instanceof Selector.All;
    }
}
