package dev.gatehouse.gatewayapi;

import java.util.Comparator;

/** Names an object of any kind. Problems and statuses refer to objects by it. */
public record ObjectRef(String kind, String namespace, String name) implements Comparable<ObjectRef> {
    private static final Comparator<ObjectRef> ORDER = Comparator.comparing(ObjectRef::kind)
            .thenComparing(ObjectRef::namespace)
            .thenComparing(ObjectRef::name);

    /** The reference to the object {@code key} of {@code kind}. */
    public static ObjectRef of(Kind<?> kind, ObjectKey key) {
        return new ObjectRef(kind.name(), key.namespace(), key.name());
    }

    /** The name within the kind. */
    public ObjectKey key() {
        return new ObjectKey(namespace, name);
    }

    @Override
    public int compareTo(ObjectRef other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return kind + " " + key();
    }
}
