package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value that met a condition, linked to the rule's earlier hits. Names and lists of hits are made on demand, since
 * most matching rules only set a variable and never need them.
 *
 * @param key the value's key in its collection; empty without a collection
 * @param original the value before the transformations
 * @param value the value after the transformations
 * @param before the previous hit; null: this is the rule's first hit
 */
record Hit(
        Condition condition,
        Target target,
        Bytes key,
        Bytes original,
        Bytes value,
        @Nullable Hit before) {
    /** {@code ARGS:id}, or the variable's name alone. */
    Bytes name() {
        Bytes variable = target.label();
        return key.length() == 0 || !target.variable().isCollection()
                ? variable
                : new BytesBuilder(variable.length() + key.length() + 1)
                        .append(variable)
                        .append(':')
                        .append(key)
                        .build();
    }

    /** The hit {@code last} and all hits before it, in the order of matching. */
    static List<Hit> list(@Nullable Hit last) {
        List<Hit> all = new ArrayList<>();
        for (Hit each = last; each != null; each = each.before) {
            all.add(each);
        }
        Collections.reverse(all);
        return all;
    }

    MatchedValue matchedValue() {
        return new MatchedValue(name(), value, original, condition.chain().toString(), condition.operatorText());
    }
}
