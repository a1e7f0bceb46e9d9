package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;

/** Names and values in order; a name may occur many times. */
final class Fields {
    private final List<Bytes> names = new ArrayList<>();
    private final List<Bytes> values = new ArrayList<>();
    private long bytes;

    void add(Bytes name, Bytes value) {
        names.add(name);
        values.add(value);
        bytes += name.length() + (long) value.length();
    }

    int size() {
        return names.size();
    }

    Bytes name(int index) {
        return names.get(index);
    }

    Bytes value(int index) {
        return values.get(index);
    }

    /** Of all names and values. */
    long bytes() {
        return bytes;
    }

    /** The value of the first field of the name, without regard to case; empty without one. */
    Bytes first(Bytes name) {
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equalsIgnoringCase(name)) {
                return values.get(i);
            }
        }
        return Bytes.EMPTY;
    }

    boolean has(Bytes name) {
        for (Bytes known : names) {
            if (known.equalsIgnoringCase(name)) {
                return true;
            }
        }
        return false;
    }

    void clear() {
        names.clear();
        values.clear();
        bytes = 0;
    }
}
