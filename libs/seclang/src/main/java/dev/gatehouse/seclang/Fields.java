package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Names and values in order; a name may occur many times. Names are compared without regard to the case of ASCII letters. */
final class Fields implements Iterable<Field> {
    /** None; never added to. */
    static final Fields NONE = new Fields();

    private final List<Field> all = new ArrayList<>(8);
    private long bytes;

    /** One value without a name. */
    static Fields single(Bytes value) {
        Fields fields = new Fields();
        fields.add(Field.of(value));
        return fields;
    }

    void add(Bytes name, Bytes value) {
        add(new Field(name, value));
    }

    void add(Field field) {
        all.add(field);
        bytes += field.name().length() + (long) field.value().length();
    }

    /** These and others, as a copy. */
    Fields and(Fields others) {
        Fields both = new Fields();
        both.addAll(this);
        both.addAll(others);
        return both;
    }

    void addAll(Fields others) {
        for (int i = 0; i < others.size(); i++) {
            add(others.get(i));
        }
    }

    int size() {
        return all.size();
    }

    Field get(int index) {
        return all.get(index);
    }

    @Override
    public Iterator<Field> iterator() {
        return all.iterator();
    }

    /** Of all names and values. */
    long bytes() {
        return bytes;
    }

    /** The value of the first field of the name; empty without one. */
    Bytes first(Bytes name) {
        int hash = Field.hash(name);
        for (int i = 0; i < all.size(); i++) {
            Field field = all.get(i);
            if (field.nameHash() == hash && field.name().equalsIgnoringCase(name)) {
                return field.value();
            }
        }
        return Bytes.EMPTY;
    }

    boolean has(Bytes name) {
        int hash = Field.hash(name);
        for (int i = 0; i < all.size(); i++) {
            Field field = all.get(i);
            if (field.nameHash() == hash && field.name().equalsIgnoringCase(name)) {
                return true;
            }
        }
        return false;
    }

    /** Each name as a value of itself. */
    Fields names() {
        Fields names = new Fields();
        for (Field field : all) {
            names.add(field.name(), field.name());
        }
        return names;
    }

    void clear() {
        all.clear();
        bytes = 0;
    }
}
