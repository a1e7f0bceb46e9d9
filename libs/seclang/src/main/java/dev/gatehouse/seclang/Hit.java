package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value that met a condition, after those that did before in the course of a rule. Its name, and lists of hits, are made when
 * somebody asks: most rules that match only set a variable, and nobody does.
 *
 * @param key of the value in its collection; empty without one
 * @param original the value before the transformations
 * @param value after them
 * @param before null: it is the rule's first
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

    /** It and those before it, in the order in which they were met. */
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
