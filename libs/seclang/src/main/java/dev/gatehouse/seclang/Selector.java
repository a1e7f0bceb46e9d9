package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.RegularExpression;

/** Which values of a collection are meant, by their keys. */
sealed interface Selector {
    boolean admits(Bytes key);

    /** All. */
    record All() implements Selector {
        @Override
        public boolean admits(Bytes key) {
            return true;
        }
    }

    /** Those with the key, without regard to case. */
    record Key(Bytes key) implements Selector {
        @Override
        public boolean admits(Bytes other) {
            return key.equalsIgnoringCase(other);
        }
    }

    /** Those whose key matches. */
    record Matching(RegularExpression expression) implements Selector {
        @Override
        public boolean admits(Bytes key) {
            return expression.isFoundIn(key);
        }
    }
}
