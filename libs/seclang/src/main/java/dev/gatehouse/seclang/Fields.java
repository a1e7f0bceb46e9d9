package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Objects;

/** Names and values in order; a name may occur many times. Names are compared without regard to the case of ASCII letters. */
final class Fields implements Iterable<Field> {
    /** No fields. Must not be changed. */
    static final Fields NONE = new Fields();

    private static final Field[] NO_FIELDS = {};

    private Field[] all = NO_FIELDS;
    private int size;
    private long bytes;

    Fields() {}

    /** @param capacity the expected number of fields */
    Fields(int capacity) {
        all = new Field[capacity];
    }

    /** One value without a name. */
    static Fields single(Bytes value) {
        return single(Field.of(value));
    }

    static Fields single(Field field) {
        Fields fields = new Fields();
        fields.all = new Field[] {field};
        fields.size = 1;
        fields.bytes = field.name().length() + (long) field.value().length();
        return fields;
    }

    /** Replaces all fields by {@code field}. */
    Fields only(Field field) {
        all = all.length == 0 ? new Field[1] : all;
        all[0] = field;
        size = 1;
        bytes = field.name().length() + (long) field.value().length();
        return this;
    }

    void add(Bytes name, Bytes value) {
        add(new Field(name, value));
    }

    void add(Field field) {
        if (size == all.length) {
            all = Arrays.copyOf(all, Math.max(4, size * 2));
        }
        all[size++] = field;
        bytes += field.name().length() + (long) field.value().length();
    }

    void addAll(Fields others) {
        if (size + others.size > all.length) {
            all = Arrays.copyOf(all, size + others.size);
        }
        for (int i = 0; i < others.size(); i++) {
            add(others.get(i));
        }
    }

    int size() {
        return size;
    }

    Field get(int index) {
        return all[Objects.checkIndex(index, size)];
    }

    @Override
    public Iterator<Field> iterator() {
        return Arrays.asList(all).subList(0, size).iterator();
    }

    /** The number of bytes of all names and values. */
    long bytes() {
        return bytes;
    }

    /** The value of the first field of the name; empty without one. */
    Bytes first(Bytes name) {
        int hash = Field.hash(name);
        for (int i = 0; i < size; i++) {
            Field field = all[i];
            if (field.nameHash() == hash && field.name().equalsIgnoringCase(name)) {
                return field.value();
            }
        }
        return Bytes.EMPTY;
    }

    /** The values of the fields of the name, joined by commas, as a proxy joins headers (RFC 9110, section 5.3); empty without one. */
    Bytes joined(Bytes name) {
        Bytes joined = Bytes.EMPTY;
        int found = 0;
        for (Field field : this) {
            if (field.name().equalsIgnoringCase(name)) {
                joined = found++ == 0
                        ? field.value()
                        : new BytesBuilder(joined.length() + field.value().length() + 1)
                                .append(joined)
                                .append(',')
                                .append(field.value())
                                .build();
            }
        }
        return joined;
    }

    boolean has(Bytes name) {
        int hash = Field.hash(name);
        for (int i = 0; i < size; i++) {
            Field field = all[i];
            if (field.nameHash() == hash && field.name().equalsIgnoringCase(name)) {
                return true;
            }
        }
        return false;
    }

    /** The names as values. */
    Fields names() {
        Fields names = new Fields(size);
        for (int i = 0; i < size; i++) {
            names.add(all[i].name(), all[i].name());
        }
        return names;
    }

    void clear() {
        all = NO_FIELDS;
        size = 0;
        bytes = 0;
    }
}
