package dev.gatehouse.collections;

import java.util.Map;
import java.util.Optional;

/**
 * Lets a derivation read other collections. Each read is recorded, and a change of a value that was read runs the
 * derivation again for the reading key.
 *
 * <p>Valid only during the call that it was handed to.
 */
public interface Reads {
    /** Reads one key; depends on that key, whether it is there or not. */
    <K, V> Optional<V> get(Collection<K, V> collection, K key);

    /** Reads everything; depends on every key. For small collections. */
    <K, V> Map<K, V> all(Collection<K, V> collection);
}
