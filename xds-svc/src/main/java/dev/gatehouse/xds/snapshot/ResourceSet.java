package dev.gatehouse.xds.snapshot;

import java.util.AbstractMap;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/**
 * The resources of one type by name. Immutable. An edit makes a new set that shares the unchanged parts with the old
 * set and records the changed names, so that the cost of making and following it depends on the edit and not on the
 * set's size.
 */
public final class ResourceSet extends AbstractMap<String, VersionedResource> {
    /** No resources. */
    public static final ResourceSet EMPTY = new ResourceSet(HashTreePMap.empty(), null);

    /** The number of edits that a set remembers. A follower that is further behind compares the whole sets. */
    private static final int EDITS = 64;

    /** The names that an edit changed, and the edit before it. */
    private record Edit(
            Object before, Set<String> names, @Nullable Edit earlier, int depth) {
        static Edit after(ResourceSet before, Set<String> names) {
            Edit last = before.edit;
            Edit kept = last == null || last.depth < EDITS ? last : last.recent(EDITS / 2);
            return new Edit(before.identity, names, kept, kept == null ? 1 : kept.depth + 1);
        }

        /** A copy with only the latest edits, since older ones are no longer used. */
        private Edit recent(int number) {
            return new Edit(before, names, number <= 1 || earlier == null ? null : earlier.recent(number - 1), number);
        }
    }

    private final HashPMap<String, VersionedResource> resources;
    private final @Nullable Edit edit;

    /** The identity by which later sets refer to this set without keeping its resources in memory. */
    private final Object identity = new Object();

    private ResourceSet(HashPMap<String, VersionedResource> resources, @Nullable Edit edit) {
        this.resources = resources;
        this.edit = edit;
    }

    /** A set of these resources, by their names. */
    public static ResourceSet of(Collection<VersionedResource> resources) {
        Map<String, Optional<VersionedResource>> all = new HashMap<>();
        resources.forEach(each -> all.put(each.name(), Optional.of(each)));
        return EMPTY.with(all);
    }

    /**
     * A copy in which resources are added or replaced, or, for an empty value, removed. Returns this set if nothing
     * changes.
     */
    public ResourceSet with(Map<String, Optional<VersionedResource>> changes) {
        HashPMap<String, VersionedResource> edited = resources;
        Set<String> names = new HashSet<>();
        for (Map.Entry<String, Optional<VersionedResource>> change : changes.entrySet()) {
            String name = change.getKey();
            VersionedResource before = get(name);
            VersionedResource now = change.getValue().orElse(null);
            if (Objects.equals(now, before)) {
                continue;
            }
            names.add(name);
            edited = now == null ? edited.minus(name) : edited.plus(name, now);
        }
        return names.isEmpty() ? this : new ResourceSet(edited, Edit.after(this, names));
    }

    /** The names by which this set may differ from {@code earlier}; empty: unknown. */
    public Optional<Set<String>> changesSince(ResourceSet earlier) {
        if (earlier == this) {
            return Optional.of(Set.of());
        }
        Set<String> names = new HashSet<>();
        for (Edit each = edit; each != null; each = each.earlier()) {
            names.addAll(each.names());
            if (each.before() == earlier.identity) {
                return Optional.of(names);
            }
        }
        return Optional.empty();
    }

    @Override
    public @Nullable VersionedResource get(@Nullable Object name) {
        return resources.get(name);
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return resources.containsKey(name);
    }

    @Override
    public int size() {
        return resources.size();
    }

    @Override
    public Set<Entry<String, VersionedResource>> entrySet() {
        return resources.entrySet();
    }
}
