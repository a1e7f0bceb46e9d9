package dev.gatehouse.seclang.operator;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Values that rule sets share, by the keys that they are made from: another rule set, or the next version of the same
 * one, reuses an existing value. A value is dropped with its last rule set. Thread-safe; two threads may make equal
 * values at the same time.
 */
final class Shared<K, V> {
    private final Map<K, WeakReference<V>> known = new ConcurrentHashMap<>();
    private final int many;

    /** Makes a missing value. */
    interface Maker<V, E extends Exception> {
        V make() throws E;
    }

    /** @param many the number of keys of dropped values that may remain before they are cleaned up */
    Shared(int many) {
        this.many = many;
    }

    <E extends Exception> V get(K key, Maker<V, E> maker) throws E {
        WeakReference<V> reference = known.get(key);
        V there = reference == null ? null : reference.get();
        if (there != null) {
            return there;
        }
        V made = maker.make();
        if (known.size() >= many) {
            known.values().removeIf(each -> each.get() == null);
        }
        known.put(key, new WeakReference<>(made));
        return made;
    }
}
