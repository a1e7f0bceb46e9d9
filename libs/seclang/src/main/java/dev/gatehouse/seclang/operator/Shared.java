package dev.gatehouse.seclang.operator;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What some rule set has, by what it was made of: another rule set, or the next version of the same, takes it as it is. It goes with the
 * last one that has it. For any number of threads; what two of them make at the same time is there twice.
 */
final class Shared<K, V> {
    private final Map<K, WeakReference<V>> known = new ConcurrentHashMap<>();
    private final int many;

    /** Makes what is not there yet. */
    interface Maker<V, E extends Exception> {
        V make() throws E;
    }

    /** @param many so many keys may stay of which nobody has any more what was made */
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
