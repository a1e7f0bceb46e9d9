package dev.gatehouse.collections;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Collections and the functions between them. A {@link #transact transaction} writes sources and then brings every derived
 * collection up to date, each once, in the order in which they were made: a derivation may therefore read only collections
 * that were made before its own, and never sees a half-updated state.
 *
 * <p>Not thread-safe: all calls come from one thread, or are serialised by the caller.
 *
 * <p>A derivation that throws, be it an exception or an error such as a stack overflow, costs its own key only: the key keeps
 * its last good output, or gets the output of the derivation's {@link Fallback} where it never had one, and the
 * {@link FailureListener} is told. The rest of the transaction goes on.
 */
public final class Graph {
    /** Hears of derivations that threw: a bug, since expected failure is a value. */
    @FunctionalInterface
    public interface FailureListener {
        /**
         * A derivation threw.
         *
         * @param writes may write sources that only collections made after {@code collection} read
         */
        void failed(Writes writes, Collection<?, ?> collection, Object key, Throwable failure);

        /** A derivation that threw the last time has succeeded, or its key is gone. */
        default void recovered(Writes writes, Collection<?, ?> collection, Object key) {}
    }

    /** The output of a derivation that threw, for a key that never had an output. */
    @FunctionalInterface
    public interface Fallback<I, W, K, V> {
        Map<K, V> output(I key, W value, Throwable failure);
    }

    /** Derives one value from each entry, or none. */
    @FunctionalInterface
    public interface Mapping<K, W, V> {
        Optional<V> map(Reads reads, K key, W value);
    }

    /** Derives any number of entries from each entry. */
    @FunctionalInterface
    public interface Expansion<I, W, K, V> {
        Map<K, V> expand(Reads reads, I key, W value);
    }

    /** Writes to sources within a transaction. */
    public final class Writes {
        private Writes() {}

        public <K, V> void put(Source<K, V> source, K key, V value) {
            source.put(key, value);
        }

        public <K, V> void remove(Source<K, V> source, K key) {
            source.remove(key);
        }
    }

    /** A collection that follows others. */
    interface Computed {
        /** Brings the collection up to date with those made before it; returns how many keys it computed. */
        int propagate(Failures failures);
    }

    /** The keys whose derivation threw the last time, for each collection. */
    final class Failures {
        private final Map<Collection<?, ?>, Set<Object>> failing = new IdentityHashMap<>();

        void failed(Collection<?, ?> collection, Object key, Throwable failure) {
            failing.computeIfAbsent(collection, _ -> new HashSet<>()).add(key);
            listener.failed(new Writes(), collection, key, failure);
        }

        void succeeded(Collection<?, ?> collection, Object key) {
            Set<Object> keys = failing.get(collection);
            if (keys != null && keys.remove(key)) {
                listener.recovered(new Writes(), collection, key);
            }
        }
    }

    private final FailureListener listener;
    private final Failures failures = new Failures();
    private final List<Collection<?, ?>> collections = new ArrayList<>();
    private final List<Computed> computed = new ArrayList<>();
    private long derivations;

    public Graph(FailureListener listener) {
        this.listener = listener;
    }

    /** Makes a collection that transactions write. */
    public <K, V> Source<K, V> source(String name) {
        Source<K, V> source = new Source<>(name);
        add(source);
        return source;
    }

    /** Makes a collection with at most one entry for each entry of {@code primary}, under the same key. */
    public <K, W, V> Collection<K, V> map(String name, Collection<K, W> primary, Mapping<K, W, V> mapping) {
        return expand(name, primary, single(mapping));
    }

    /** As {@link #map(String, Collection, Mapping)}, with what counts for a key whose derivation never succeeded. */
    public <K, W, V> Collection<K, V> map(
            String name,
            Collection<K, W> primary,
            Mapping<K, W, V> mapping,
            BiFunction<W, Throwable, Optional<V>> fallback) {
        return expand(
                name, primary, single(mapping), (key, value, failure) -> entry(key, fallback.apply(value, failure)));
    }

    private static <K, W, V> Expansion<K, W, K, V> single(Mapping<K, W, V> mapping) {
        return (reads, key, value) -> entry(key, mapping.map(reads, key, value));
    }

    private static <K, V> Map<K, V> entry(K key, Optional<V> value) {
        return value.map(each -> Map.of(key, each)).orElseGet(Map::of);
    }

    /**
     * Makes a collection with any number of entries for each entry of {@code primary}. Where several entries produce the same
     * key, the value from the smallest primary key counts; the primary's keys must then be {@link Comparable}.
     */
    public <I, W, K, V> Collection<K, V> expand(
            String name, Collection<I, W> primary, Expansion<I, W, K, V> expansion) {
        return expand(name, primary, expansion, (_, _, _) -> Map.of());
    }

    /** As {@link #expand(String, Collection, Expansion)}, with what counts for a key whose derivation never succeeded. */
    public <I, W, K, V> Collection<K, V> expand(
            String name, Collection<I, W> primary, Expansion<I, W, K, V> expansion, Fallback<I, W, K, V> fallback) {
        Derived<I, W, K, V> result = new Derived<>(name, primary, expansion, fallback);
        add(result);
        computed.add(result);
        return result;
    }

    /**
     * Makes an index: under each group, the entries of {@code primary} that {@code groups} puts into it, sorted by key. Groups
     * without entries are absent.
     */
    public <G, K extends Comparable<? super K>, V> Collection<G, SortedMap<K, V>> group(
            String name, Collection<K, V> primary, BiFunction<K, V, Set<G>> groups) {
        Index<G, K, V> result = new Index<>(name, primary, groups);
        add(result);
        computed.add(result);
        return result;
    }

    private void add(Collection<?, ?> collection) {
        collection.takePlace(collections.size());
        collections.add(collection);
    }

    /** Applies {@code writes}, then brings every derived collection up to date. */
    public void transact(Consumer<Writes> writes) {
        for (Collection<?, ?> collection : collections) {
            collection.endTransaction();
        }
        writes.accept(new Writes());
        for (Computed collection : computed) {
            derivations += collection.propagate(failures);
        }
    }

    /** The number of derivations that have run since the graph was made. It measures the cost of changes. */
    public long derivations() {
        return derivations;
    }
}
