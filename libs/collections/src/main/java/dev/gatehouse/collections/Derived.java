package dev.gatehouse.collections;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A collection computed from another one, key by key. Several inputs may produce the same output key. The value of the
 * smallest input key is then used.
 */
final class Derived<I, W, K, V> extends Collection<K, V> implements Graph.Computed {
    private final Collection<I, W> primary;
    private final Graph.Expansion<I, W, K, V> derivation;
    private final Graph.Fallback<I, W, K, V> fallback;
    private final Map<K, V> entries = new HashMap<>();
    private final Map<I, Map<K, V>> contributions = new HashMap<>();
    private final Map<K, TreeMap<I, V>> contested = new HashMap<>();
    private final Map<K, I> owner = new HashMap<>();
    private final Set<K> changed = new HashSet<>();

    private final Map<I, Set<Dependency>> readBy = new HashMap<>();
    private final Map<Collection<?, ?>, Map<Object, Set<I>>> keyReaders = new IdentityHashMap<>();
    private final Map<Collection<?, ?>, Set<I>> wholeReaders = new IdentityHashMap<>();

    /** A recorded read: one key of a collection, or with {@link #EVERY_KEY} all of it. */
    private record Dependency(Collection<?, ?> collection, Object key) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Dependency(var thatCollection, var thatKey)
                    && thatCollection == collection
                    && thatKey.equals(key);
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(collection) * 31 + key.hashCode();
        }
    }

    private static final Object EVERY_KEY = new Object();

    Derived(
            String name,
            Collection<I, W> primary,
            Graph.Expansion<I, W, K, V> derivation,
            Graph.Fallback<I, W, K, V> fallback) {
        super(name);
        this.primary = primary;
        this.derivation = derivation;
        this.fallback = fallback;
    }

    @Override
    public Source<?, ?> root() {
        return primary.root();
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

    @Override
    void endTransaction() {
        changed.clear();
    }

    @Override
    public int propagate(Graph.Failures failures) {
        Set<I> dirty = new HashSet<>(primary.changed());
        for (var reads : keyReaders.entrySet()) {
            Map<Object, Set<I>> readers = reads.getValue();
            for (Object key : reads.getKey().changed()) {
                dirty.addAll(readers.getOrDefault(key, Set.of()));
            }
        }
        for (var reads : wholeReaders.entrySet()) {
            if (!reads.getKey().changed().isEmpty()) {
                dirty.addAll(reads.getValue());
            }
        }
        if (dirty.isEmpty()) {
            return 0;
        }
        Map<K, Optional<V>> before = new HashMap<>();
        for (I key : dirty) {
            rederive(key, before, failures);
        }
        before.forEach((key, value) -> {
            if (!Objects.equals(value, get(key))) {
                changed.add(key);
            }
        });
        return dirty.size();
    }

    private void rederive(I key, Map<K, Optional<V>> before, Graph.Failures failures) {
        Optional<W> input = primary.get(key);
        if (input.isEmpty()) {
            forgetReads(key);
            contribute(key, Map.of(), before);
            failures.succeeded(this, key);
            return;
        }
        Recorder recorder = new Recorder();
        Map<K, V> output;
        try {
            output = derivation.expand(recorder, key, input.get());
            failures.succeeded(this, key);
        } catch (Throwable e) {
            // The last good contribution stays. A change of any value read so far runs the derivation again.
            failures.failed(this, key, e);
            Map<K, V> lastGood = contributions.get(key);
            output = lastGood == null ? fallback.output(key, input.get(), e) : lastGood;
        }
        forgetReads(key);
        rememberReads(key, recorder.dependencies);
        contribute(key, output, before);
    }

    private void contribute(I key, Map<K, V> output, Map<K, Optional<V>> before) {
        Map<K, V> previous = output.isEmpty() ? contributions.remove(key) : contributions.put(key, output);
        if (previous != null) {
            for (K gone : previous.keySet()) {
                if (!output.containsKey(gone)) {
                    before.putIfAbsent(gone, get(gone));
                    retract(key, gone);
                }
            }
        }
        output.forEach((outputKey, value) -> {
            before.putIfAbsent(outputKey, get(outputKey));
            assign(key, outputKey, value);
        });
    }

    private void assign(I key, K outputKey, V value) {
        TreeMap<I, V> claims = contested.get(outputKey);
        if (claims == null) {
            I current = owner.get(outputKey);
            if (current == null || current.equals(key)) {
                owner.put(outputKey, key);
                entries.put(outputKey, value);
                return;
            }
            claims = new TreeMap<>();
            claims.put(current, entries.get(outputKey));
            contested.put(outputKey, claims);
        }
        claims.put(key, value);
        entries.put(outputKey, claims.firstEntry().getValue());
    }

    private void retract(I key, K outputKey) {
        TreeMap<I, V> claims = contested.get(outputKey);
        if (claims == null) {
            owner.remove(outputKey);
            entries.remove(outputKey);
            return;
        }
        claims.remove(key);
        entries.put(outputKey, claims.firstEntry().getValue());
        if (claims.size() == 1) {
            owner.put(outputKey, claims.firstKey());
            contested.remove(outputKey);
        }
    }

    private void rememberReads(I key, Set<Dependency> dependencies) {
        if (dependencies.isEmpty()) {
            return;
        }
        readBy.put(key, dependencies);
        for (Dependency read : dependencies) {
            if (read.key() == EVERY_KEY) {
                wholeReaders
                        .computeIfAbsent(read.collection(), _ -> new HashSet<>())
                        .add(key);
            } else {
                keyReaders
                        .computeIfAbsent(read.collection(), _ -> new HashMap<>())
                        .computeIfAbsent(read.key(), _ -> new HashSet<>())
                        .add(key);
            }
        }
    }

    private void forgetReads(I key) {
        Set<Dependency> dependencies = readBy.remove(key);
        if (dependencies == null) {
            return;
        }
        for (Dependency read : dependencies) {
            if (read.key() == EVERY_KEY) {
                drop(wholeReaders, read.collection(), key);
            } else {
                Map<Object, Set<I>> readers = keyReaders.get(read.collection());
                if (readers != null) {
                    drop(readers, read.key(), key);
                }
            }
        }
    }

    private static <A, B> void drop(Map<A, Set<B>> readers, A read, B key) {
        Set<B> keys = readers.get(read);
        if (keys != null && keys.remove(key) && keys.isEmpty()) {
            readers.remove(read);
        }
    }

    private final class Recorder implements Reads {
        private final Set<Dependency> dependencies = new HashSet<>();

        @Override
        public <A, B> Optional<B> get(Collection<A, B> collection, A key) {
            check(collection);
            dependencies.add(new Dependency(collection, key));
            return collection.get(key);
        }

        @Override
        public <A, B> Map<A, B> all(Collection<A, B> collection) {
            check(collection);
            dependencies.add(new Dependency(collection, EVERY_KEY));
            return collection.entries();
        }

        private void check(Collection<?, ?> collection) {
            if (!mayRead(collection)) {
                throw new IllegalStateException("\"" + name() + "\" reads \"" + collection.name()
                        + "\", which is made after it (expected: made before)");
            }
        }
    }
}
