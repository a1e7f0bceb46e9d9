package dev.gatehouse.collections;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A keyed, observable set of values that belongs to a {@link Graph}. Values are immutable and compared by {@code equals}.
 *
 * <p>Reading is allowed on the thread that runs transactions, between them. A derivation must read through its
 * {@link Reads} instead, or it is not run again when what it read changes.
 *
 * @param <K> keys; immutable, with {@code equals}, and {@link Comparable} where several inputs may produce the same key
 * @param <V> values
 */
public abstract sealed class Collection<K, V> permits Source, Derived, Index {
    private final String name;

    /** Among the collections of the graph, in the order in which they were made. */
    private int place;

    Collection(String name) {
        this.name = name;
    }

    /** The collection's name in failures and metrics. */
    public final String name() {
        return name;
    }

    /** The source that the collection follows from, through its primary collections. */
    public abstract Source<?, ?> root();

    /** The value at {@code key}, if there is one. */
    public abstract Optional<V> get(K key);

    /** A view of all entries, in no particular order; not to be kept beyond the next transaction. */
    public abstract Map<K, V> entries();

    /** The keys that the current or latest transaction added, replaced or removed. */
    public abstract Set<K> changed();

    abstract void endTransaction();

    final void takePlace(int at) {
        place = at;
    }

    /** Whether a derivation that makes {@code this} may read {@code other}: it would see it as it was before the transaction. */
    final boolean mayRead(Collection<?, ?> other) {
        return other instanceof Source || other.place < place;
    }

    @Override
    public String toString() {
        return name + entries().keySet();
    }
}
