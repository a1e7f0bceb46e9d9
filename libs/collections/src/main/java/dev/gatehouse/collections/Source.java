package dev.gatehouse.collections;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** A collection that is written from outside: by a watch, in a {@link Graph#transact transaction}. */
public final class Source<K, V> extends Collection<K, V> {
    private final Map<K, V> entries = new HashMap<>();
    private final Set<K> changed = new HashSet<>();

    Source(String name) {
        super(name);
    }

    @Override
    public Source<K, V> root() {
        return this;
    }

    @Override
    public Optional<V> get(K key) {
        return Optional.ofNullable(entries.get(key));
    }

    @Override
    public Map<K, V> entries() {
        return Collections.unmodifiableMap(entries);
    }

    @Override
    public Set<K> changed() {
        return Collections.unmodifiableSet(changed);
    }

    void put(K key, V value) {
        V before = entries.put(key, value);
        if (!Objects.equals(before, value)) {
            changed.add(key);
        }
    }

    void remove(K key) {
        if (entries.remove(key) != null) {
            changed.add(key);
        }
    }

    @Override
    void endTransaction() {
        changed.clear();
    }
}
