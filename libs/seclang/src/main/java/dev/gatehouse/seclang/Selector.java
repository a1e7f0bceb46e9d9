package dev.gatehouse.seclang;

import dev.gatehouse.seclang.body.XmlPath;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.RegularExpression;
import java.util.Locale;

/** Which values of a collection are meant, by their keys. */
sealed interface Selector {
    boolean admits(Field field);

    /** All. */
    record All() implements Selector {
        @Override
        public boolean admits(Field field) {
            return true;
        }
    }

    /** Those with the key, without regard to case. */
    record Key(Bytes key, int hash, String lower) implements Selector {
        Key(Bytes key) {
            this(key, Field.hash(key), key.toString().toLowerCase(Locale.ROOT));
        }

        @Override
        public boolean admits(Field field) {
            return field.nameHash() == hash && key.equalsIgnoringCase(field.name());
        }
    }

    /**
     * Those whose key matches.
     *
     * @param written the pattern, for people
     */
    record Matching(RegularExpression expression, String written) implements Selector {
        @Override
        public boolean admits(Field field) {
            return expression.isFoundIn(field.name());
        }
    }

    /** Parts of an XML document; values have the path as their key. */
    record Path(XmlPath path, Bytes text) implements Selector {
        Path(XmlPath path) {
            this(path, Bytes.utf8(path.toString()));
        }

        @Override
        public boolean admits(Field field) {
            return text.equals(field.name());
        }
    }
}
