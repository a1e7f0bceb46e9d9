package dev.gatehouse.xds.snapshot;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The resources of one type by name. Immutable; a set that an edit makes shares with the one before all but the few parts that the
 * edit touches, and knows by which names they differ, so that neither making it nor following it costs what the set holds.
 */
public final class ResourceSet extends AbstractMap<String, VersionedResource> {
    /** No resources. */
    public static final ResourceSet EMPTY = new ResourceSet(emptyParts(), 0, null);

    private static final int PARTS = 256;

    /** How many edits a set looks back: who follows it from further back compares the sets as a whole. */
    private static final int EDITS = 64;

    /** What an edit changed, and what there was before. */
    private record Edit(
            Object before, Set<String> names, @Nullable Edit earlier, int depth) {
        static Edit after(ResourceSet before, Set<String> names) {
            Edit last = before.edit;
            Edit kept = last == null || last.depth < EDITS ? last : last.recent(EDITS / 2);
            return new Edit(before.identity, names, kept, kept == null ? 1 : kept.depth + 1);
        }

        /** The latest edits alone: an older one holds what nobody asks for any more. */
        private Edit recent(int number) {
            return new Edit(before, names, number <= 1 || earlier == null ? null : earlier.recent(number - 1), number);
        }
    }

    private final Map<String, VersionedResource>[] parts;
    private final int size;
    private final @Nullable Edit edit;

    /** By which later sets know this one, without keeping its resources. */
    private final Object identity = new Object();

    private ResourceSet(Map<String, VersionedResource>[] parts, int size, @Nullable Edit edit) {
        this.parts = parts;
        this.size = size;
        this.edit = edit;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Map<String, VersionedResource>[] emptyParts() {
        Map[] parts = new Map[PARTS];
        Arrays.fill(parts, Map.of());
        return parts;
    }

    /** A set of these resources, by their names. */
    public static ResourceSet of(Collection<VersionedResource> resources) {
        Map<String, Optional<VersionedResource>> all = new HashMap<>();
        resources.forEach(each -> all.put(each.name(), Optional.of(each)));
        return EMPTY.with(all);
    }

    /**
     * This set with some resources added or replaced, or removed where there is none. The same object where that changes nothing.
     */
    public ResourceSet with(Map<String, Optional<VersionedResource>> changes) {
        Map<String, VersionedResource>[] edited = parts.clone();
        Set<Integer> own = new HashSet<>();
        Set<String> names = new HashSet<>();
        int[] count = {size};
        changes.forEach((name, now) -> {
            VersionedResource before = get(name);
            if (now.map(each -> each.equals(before)).orElse(before == null)) {
                return;
            }
            names.add(name);
            int at = part(name);
            if (own.add(at)) {
                edited[at] = new HashMap<>(parts[at]);
            }
            now.ifPresentOrElse(each -> edited[at].put(name, each), () -> edited[at].remove(name));
            count[0] += (now.isPresent() ? 1 : 0) - (before == null ? 0 : 1);
        });
        return names.isEmpty() ? this : new ResourceSet(edited, count[0], Edit.after(this, names));
    }

    /** The names by which this set differs, or may differ, from {@code earlier}; empty: that is not known. */
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

    private static int part(String name) {
        int hash = name.hashCode();
        return (hash ^ hash >>> 8 ^ hash >>> 16) & PARTS - 1;
    }

    @Override
    public @Nullable VersionedResource get(Object name) {
        return name instanceof String text ? parts[part(text)].get(text) : null;
    }

    @Override
    public boolean containsKey(Object name) {
        return get(name) != null;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Set<Entry<String, VersionedResource>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<String, VersionedResource>> iterator() {
                Stream<Entry<String, VersionedResource>> all =
                        Arrays.stream(parts).flatMap(part -> Collections.unmodifiableMap(part).entrySet().stream());
                return all.iterator();
            }

            @Override
            public int size() {
                return size;
            }
        };
    }
}
