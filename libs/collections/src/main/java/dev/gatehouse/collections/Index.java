package dev.gatehouse.collections;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** A collection that groups another one's entries. A transaction costs what changed, and a copy of each group touched. */
final class Index<G, K extends Comparable<? super K>, V> extends Collection<G, SortedMap<K, V>>
        implements Graph.Computed {
    private final Collection<K, V> primary;
    private final BiFunction<K, V, Set<G>> groupsOf;
    private final Map<K, Set<G>> memberships = new HashMap<>();
    private final Map<G, TreeMap<K, V>> groups = new HashMap<>();
    private final Map<G, SortedMap<K, V>> entries = new HashMap<>();
    private final Set<G> changed = new HashSet<>();

    Index(String name, Collection<K, V> primary, BiFunction<K, V, Set<G>> groupsOf) {
        super(name);
        this.primary = primary;
        this.groupsOf = groupsOf;
    }

    @Override
    public Source<?, ?> root() {
        return primary.root();
    }

    @Override
    public Optional<SortedMap<K, V>> get(G group) {
        return Optional.ofNullable(entries.get(group));
    }

    @Override
    public Map<G, SortedMap<K, V>> entries() {
        return Collections.unmodifiableMap(entries);
    }

    @Override
    public Set<G> changed() {
        return Collections.unmodifiableSet(changed);
    }

    @Override
    void endTransaction() {
        changed.clear();
    }

    @Override
    public int propagate(Graph.Failures failures) {
        for (K key : primary.changed()) {
            Set<G> before = memberships.getOrDefault(key, Set.of());
            for (G group : before) {
                members(group).remove(key);
                changed.add(group);
            }
            memberships.remove(key);
            primary.get(key).ifPresent(value -> {
                Set<G> now = groups(key, value, before, failures);
                if (!now.isEmpty()) {
                    memberships.put(key, now);
                }
                for (G group : now) {
                    members(group).put(key, value);
                    changed.add(group);
                }
            });
        }
        for (G group : changed) {
            TreeMap<K, V> members = members(group);
            if (members.isEmpty()) {
                groups.remove(group);
                entries.remove(group);
            } else {
                entries.put(group, Collections.unmodifiableSortedMap(new TreeMap<>(members)));
            }
        }
        return primary.changed().size();
    }

    /** The groups of an entry; those it was in before where they cannot be told. */
    private Set<G> groups(K key, V value, Set<G> before, Graph.Failures failures) {
        try {
            Set<G> now = groupsOf.apply(key, value);
            failures.succeeded(this, key);
            return now;
        } catch (Throwable e) {
            failures.failed(this, key, e);
            return before;
        }
    }

    private TreeMap<K, V> members(G group) {
        return groups.computeIfAbsent(group, _ -> new TreeMap<>());
    }
}
