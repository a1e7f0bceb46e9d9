package dev.gatehouse.xds.stream;

import dev.gatehouse.xds.snapshot.ResourceSet;
import dev.gatehouse.xds.snapshot.VersionedResource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The resources of one type that a subscriber has, with their versions. Nearly all subscribers have nearly all
 * resources of the same target. So the holdings are a set shared with other subscribers, and the differences from it.
 * Confined to one thread at a time.
 */
final class Holdings {
    /** With fewer differences, comparing the whole set is not worthwhile. */
    private static final int FEW = 64;

    private ResourceSet shared = ResourceSet.EMPTY;

    /** The differences by name: the version that the subscriber has in place of the shared one; empty: it lacks the resource. */
    private Map<String, Optional<String>> different = new HashMap<>();

    private int size;

    /** The number of differences from which on sharing with the target is tried. */
    private int manyDifferences = FEW;

    /** The version that the subscriber has; null: it lacks the resource. */
    @Nullable
    String version(String name) {
        Optional<String> own = different.get(name);
        if (own != null) {
            return own.orElse(null);
        }
        VersionedResource resource = shared.get(name);
        return resource == null ? null : resource.version();
    }

    boolean has(String name) {
        return version(name) != null;
    }

    boolean has(VersionedResource resource) {
        return resource.version().equals(version(resource.name()));
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    Stream<String> names() {
        return Stream.concat(
                shared.keySet().stream().filter(name -> !different.containsKey(name)),
                different.entrySet().stream()
                        .filter(entry -> entry.getValue().isPresent())
                        .map(Map.Entry::getKey));
    }

    void put(String name, String version) {
        if (!has(name)) {
            size++;
        }
        differ(name, Optional.of(version));
    }

    /** Removes a resource; returns whether the subscriber had it. */
    boolean remove(String name) {
        if (!has(name)) {
            return false;
        }
        size--;
        differ(name, Optional.empty());
        return true;
    }

    private void differ(String name, Optional<String> version) {
        VersionedResource resource = shared.get(name);
        if (Optional.ofNullable(resource).map(VersionedResource::version).equals(version)) {
            different.remove(name);
        } else {
            different.put(name, version);
        }
    }

    void removeIf(Predicate<String> which) {
        names().filter(which).toList().forEach(this::remove);
    }

    void retain(Set<String> names) {
        removeIf(name -> !names.contains(name));
    }

    /** Switches the shared set to {@code target} if this would remove many differences. */
    void share(ResourceSet target) {
        if (different.size() < manyDifferences) {
            return;
        }
        Map<String, Optional<String>> fromTarget = new HashMap<>();
        Stream.concat(target.keySet().stream(), names()).forEach(name -> {
            Optional<String> own = Optional.ofNullable(version(name));
            VersionedResource resource = target.get(name);
            if (!own.equals(Optional.ofNullable(resource).map(VersionedResource::version))) {
                fromTarget.put(name, own);
            }
        });
        if (fromTarget.size() < different.size()) {
            shared = target;
            different = fromTarget;
        }
        manyDifferences = Math.max(FEW, 2 * different.size());
    }
}
