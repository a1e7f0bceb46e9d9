package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** A value and its name, with its cached transformed texts. Used by one thread. */
final class Field {
    private final Bytes name;
    private final Bytes value;
    private int nameHash;
    private @Nullable Text text;

    Field(Bytes name, Bytes value) {
        this.name = name;
        this.value = value;
    }

    /** A value without a name. */
    static Field of(Bytes value) {
        return new Field(Bytes.EMPTY, value);
    }

    Bytes name() {
        return name;
    }

    Bytes value() {
        return value;
    }

    /** The hash of the name, equal for names that differ only in the case of ASCII letters; never 0. */
    int nameHash() {
        if (nameHash == 0) {
            nameHash = hash(name);
        }
        return nameHash;
    }

    static int hash(Bytes name) {
        int hash = name.length() + 1;
        for (int i = 0; i < name.length(); i++) {
            hash = 31 * hash + Ascii.lower(name.at(i));
        }
        return hash == 0 ? 1 : hash;
    }

    /** The value as a text that caches its transformations. */
    Text text() {
        Text known = text;
        if (known == null) {
            known = Text.of(value);
            text = known;
        }
        return known;
    }

    /** The value after all transformations of the chain. */
    Bytes after(Chain chain) {
        return chain.isEmpty() ? value : text().after(chain).bytes();
    }
}
