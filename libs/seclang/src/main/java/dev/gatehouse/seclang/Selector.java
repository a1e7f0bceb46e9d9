package dev.gatehouse.seclang;

import dev.gatehouse.seclang.body.XmlPath;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.RegularExpression;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Selects values of a collection by their keys. */
sealed interface Selector {
    boolean admits(Field field);

    // Equality is written by hand: the JDK generates a record's methods at their first use, which costs a new process
    // some milliseconds per record.

    /** All values. */
    record All() implements Selector {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof All;
        }

        @Override
        public int hashCode() {
            return 1;
        }

        @Override
        public String toString() {
            return "";
        }

        @Override
        public boolean admits(Field field) {
            return true;
        }
    }

    /** Values with the key, ignoring case. */
    record Key(Bytes key, int hash, String lower) implements Selector {
        Key(Bytes key) {
            this(key, Field.hash(key), key.toString().toLowerCase(Locale.ROOT));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key same && key.equals(same.key);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public String toString() {
            return key.toString();
        }

        @Override
        public boolean admits(Field field) {
            return field.nameHash() == hash && key.equalsIgnoringCase(field.name());
        }
    }

    /**
     * Values whose key matches.
     *
     * @param written the pattern as written, for people
     */
    record Matching(RegularExpression expression, String written) implements Selector {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Matching same && expression.equals(same.expression);
        }

        @Override
        public int hashCode() {
            return expression.hashCode();
        }

        @Override
        public String toString() {
            return "/" + expression + "/";
        }

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
        public boolean equals(@Nullable Object other) {
            return other instanceof Path same && text.equals(same.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        @Override
        public String toString() {
            return text.toString();
        }

        @Override
        public boolean admits(Field field) {
            return text.equals(field.name());
        }
    }
}
