package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.ByteMask;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.transform.Transformation;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a value is, or has become by transformations, and what further ones make of it. Ways that lead to equal bytes lead to the
 * same text, so that nothing is looked for twice. Used by one thread.
 */
final class Text {
    private static final Transformation[] NO_STEPS = {};
    private static final Text[] NO_TEXTS = {};

    private final Bytes bytes;
    /** All texts that have been made of the value, this one's first. */
    private final Family family;

    private @Nullable ByteMask mask;
    private Transformation[] steps = NO_STEPS;
    private Text[] results = NO_TEXTS;
    private int count;

    private static final class Family {
        Text[] all = NO_TEXTS;
    }

    private Text(Bytes bytes, Family family) {
        this.bytes = bytes;
        this.family = family;
        family.all = Arrays.copyOf(family.all, family.all.length + 1);
        family.all[family.all.length - 1] = this;
    }

    static Text of(Bytes value) {
        return new Text(value, new Family());
    }

    Bytes bytes() {
        return bytes;
    }

    /** After all transformations of the chain. */
    Text after(Chain chain) {
        return chain.isEmpty() ? this : after(chain.parent()).then(chain.last());
    }

    private Text then(Transformation transformation) {
        ByteMask present = mask;
        if (present == null) {
            present = ByteMask.in(bytes);
            mask = present;
        }
        if (!transformation.mayChange(present)) {
            return this;
        }
        for (int i = 0; i < count; i++) {
            if (steps[i] == transformation) {
                return results[i];
            }
        }
        Text result = known(transformation.apply(bytes));
        if (count == steps.length) {
            steps = Arrays.copyOf(steps, count + 4);
            results = Arrays.copyOf(results, count + 4);
        }
        steps[count] = transformation;
        results[count++] = result;
        return result;
    }

    private Text known(Bytes result) {
        for (Text text : family.all) {
            if (text.bytes.equals(result)) {
                return text;
            }
        }
        return new Text(result, family);
    }
}
