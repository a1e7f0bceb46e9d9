package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** A value and its name, with what has been made of it so far. Used by one thread. */
final class Field {
    private final Bytes name;
    private final Bytes value;
    private int nameHash;
    private @Nullable Text text;

    Field(Bytes name, Bytes value) {
        this.name = name;
        this.value = value;
    }

    /** One value that has no name. */
    static Field of(Bytes value) {
        return new Field(Bytes.EMPTY, value);
    }

    Bytes name() {
        return name;
    }

    Bytes value() {
        return value;
    }

    /** The same for names that differ in the case of ASCII letters; never 0. */
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

    /** The value as a text that chains transform, each only once. */
    Text text() {
        Text known = text;
        if (known == null) {
            known = Text.of(value);
            text = known;
        }
        return known;
    }

    /** After all transformations of the chain. */
    Bytes after(Chain chain) {
        return chain.isEmpty() ? value : text().after(chain).bytes();
    }
}
