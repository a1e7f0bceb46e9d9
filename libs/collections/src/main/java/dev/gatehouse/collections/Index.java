package dev.gatehouse.collections;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiFunction;
import org.pcollections.TreePMap;

/** A collection that groups another one's entries. A transaction costs what changed, however large the groups are. */
final class Index<G, K extends Comparable<? super K>, V> extends Collection<G, SortedMap<K, V>>
        implements Graph.Computed {
    private final Collection<K, V> primary;
    private final BiFunction<K, V, Set<G>> groupsOf;
    private final Map<K, Set<G>> memberships = new HashMap<>();
    private final Map<G, TreePMap<K, V>> entries = new HashMap<>();
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
                entries.put(group, members(group).minus(key));
                changed.add(group);
            }
            memberships.remove(key);
            primary.get(key).ifPresent(value -> {
                Set<G> now = groups(key, value, before, failures);
                if (!now.isEmpty()) {
                    memberships.put(key, now);
                }
                for (G group : now) {
                    entries.put(group, members(group).plus(key, value));
                    changed.add(group);
                }
            });
        }
        for (G group : changed) {
            if (members(group).isEmpty()) {
                entries.remove(group);
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

    private TreePMap<K, V> members(G group) {
        return entries.getOrDefault(group, TreePMap.empty());
    }
}
