package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Values that a rule inspects, or that are excluded from a rule.
 *
 * @param count true if the number of values is inspected instead of the values
 * @param label the name in {@code MATCHED_VAR_NAME} and logs
 */
record Target(Variable variable, Selector selector, boolean count, Bytes label) {
    Target(Variable variable, Selector selector, boolean count) {
        this(variable, selector, count, Bytes.latin1(variable + (count ? key(selector) : "")));
    }

    /** The key in the label. A count has no key of its own, so the label names the counted values. */
    private static String key(Selector selector) {
        return switch (selector) {
            case Selector.All all -> "";
            case Selector.Key key -> ":" + key.key();
            case Selector.Matching matching -> ":/" + matching.written() + "/";
            case Selector.Path path -> ":" + path.path();
        };
    }

    // Written by hand, as in Selector: the JDK generates a record's methods at their first use, which costs a new
    // process some milliseconds, and the compiler compares rules by their targets.
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
