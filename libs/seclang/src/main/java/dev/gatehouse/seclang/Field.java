package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A value and its name, with what has been made of it and found in it so far. Used by one thread. */
final class Field {
    private static final Screen[] NO_SCREENS = {};
    private static final long[][] NOTHING = {};

    private final Bytes name;
    private final Bytes value;
    private int nameHash;
    private @Nullable Text text;
    private Screen[] screensSeen = NO_SCREENS;
    private long[][] found = NOTHING;
    private int screens;

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

    /** What a screen found in the value before; null: it has not looked. */
    long @Nullable [] found(Screen screen) {
        for (int i = 0; i < screens; i++) {
            if (screensSeen[i] == screen) {
                return found[i];
            }
        }
        return null;
    }

    void found(Screen screen, long[] bits) {
        if (screens == screensSeen.length) {
            screensSeen = Arrays.copyOf(screensSeen, screens + 2);
            found = Arrays.copyOf(found, screens + 2);
        }
        screensSeen[screens] = screen;
        found[screens++] = bits;
    }
}
