package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;

/** A value and its name, with what chains of transformations have made of it so far. Used by one thread. */
final class Field {
    private static final Bytes[] NOTHING = new Bytes[0];

    private final Bytes name;
    private final Bytes value;
    private int nameHash;
    private Bytes[] transformed = NOTHING;

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

    /** What the chain makes of the value, computed once; what shorter chains made is used. */
    Bytes transformed(Chain chain) {
        if (chain.isEmpty()) {
            return value;
        }
        if (chain.id() < transformed.length) {
            Bytes known = transformed[chain.id()];
            if (known != null) {
                return known;
            }
        } else {
            transformed = java.util.Arrays.copyOf(transformed, chain.count());
        }
        Bytes result = chain.last().apply(transformed(chain.parent()));
        transformed[chain.id()] = result;
        return result;
    }
}
