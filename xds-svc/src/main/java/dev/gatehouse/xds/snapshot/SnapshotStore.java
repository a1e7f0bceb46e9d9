package dev.gatehouse.xds.snapshot;

import com.google.protobuf.Any;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The last good configuration of every fleet, fed by the config log.
 *
 * <p>The content of a replay is kept aside until the log reports the replay's end. Until then, and while the log is
 * unavailable, the previous content is served. A fleet that is removed, or that a replay does not contain, stays
 * unchanged for its connected subscribers and is dropped with the last of them.
 *
 * <p>Fed by one thread at a time (the log's); read and watched by any. Watchers are called on the log's thread and must
 * not block.
 */
public final class SnapshotStore implements Follower {
    private final Map<String, FleetSnapshot> fleets = new ConcurrentHashMap<>();
    private final Map<String, CopyOnWriteArrayList<Runnable>> watchers = new ConcurrentHashMap<>();
    private final Set<String> removed = ConcurrentHashMap.newKeySet();

    /** The content of the running replay so far; null: no replay is running. */
    private @Nullable Map<String, FleetSnapshot> replay;

    private volatile Optional<Position> caughtUp = Optional.empty();
    private volatile boolean live;

    @Override
    public void replayStarted(String epoch) {
        replay = new LinkedHashMap<>();
        live = false;
    }

    @Override
    public void transaction(Position position, Transaction transaction) {
        String fleet = transaction.fleet();
        Map<String, FleetSnapshot> into = replay == null ? fleets : replay;
        if (transaction.fleetRemoved()) {
            if (replay == null) {
                retire(fleet);
            } else {
                replay.remove(fleet);
            }
            return;
        }
        FleetSnapshot base = into.get(fleet);
        if (base == null || (replay == null && removed.contains(fleet))) {
            base = new FleetSnapshot(fleet, position, Instant.EPOCH, Map.of());
        }
        publishOrStage(fleet, apply(base, fleets.get(fleet), position, transaction));
    }

    private void publishOrStage(String fleet, FleetSnapshot snapshot) {
        if (replay == null) {
            publish(fleet, snapshot);
        } else {
            replay.put(fleet, snapshot);
        }
    }

    @Override
    public void caughtUp(Position position) {
        Map<String, FleetSnapshot> complete = replay;
        replay = null;
        if (complete != null) {
            Set<String> gone = new HashSet<>(fleets.keySet());
            gone.removeAll(complete.keySet());
            complete.forEach((fleet, snapshot) -> publish(fleet, shared(snapshot, fleets.get(fleet))));
            gone.forEach(this::retire);
        }
        caughtUp = Optional.of(position);
        live = true;
    }

    private void publish(String fleet, FleetSnapshot snapshot) {
        removed.remove(fleet);
        fleets.put(fleet, snapshot);
        watchers.getOrDefault(fleet, new CopyOnWriteArrayList<>()).forEach(Runnable::run);
    }

    private void retire(String fleet) {
        removed.add(fleet);
        forgetIfUnused(fleet);
    }

    private void forgetIfUnused(String fleet) {
        watchers.compute(fleet, (name, watching) -> {
            boolean unused = watching == null || watching.isEmpty();
            if (unused && removed.remove(name)) {
                fleets.remove(name);
            }
            return unused ? null : watching;
        });
    }

    /** The next state of a fleet. Resources with an unchanged version keep their objects. */
    private static FleetSnapshot apply(
            FleetSnapshot base, @Nullable FleetSnapshot known, Position position, Transaction transaction) {
        Map<String, Map<String, Optional<VersionedResource>>> edits = new HashMap<>();
        for (ResourceId id : transaction.deletes()) {
            edits(edits, id).put(id.name(), Optional.empty());
        }
        for (Put put : transaction.puts()) {
            ResourceId id = put.id();
            VersionedResource before = base.ofType(id.typeUrl()).get(id.name());
            VersionedResource now =
                    before != null && before.version().equals(put.version()) ? before : resource(put, known);
            edits(edits, id).put(id.name(), Optional.of(now));
        }
        Map<String, ResourceSet> types = new HashMap<>(base.types());
        edits.forEach(
                (typeUrl, changes) -> types.put(typeUrl, base.ofType(typeUrl).with(changes)));
        return new FleetSnapshot(base.fleet(), position, transaction.publishedAt(), transaction.trace(), types);
    }

    private static Map<String, Optional<VersionedResource>> edits(
            Map<String, Map<String, Optional<VersionedResource>>> edits, ResourceId id) {
        return edits.computeIfAbsent(id.typeUrl(), _ -> new HashMap<>());
    }

    private static VersionedResource resource(Put put, @Nullable FleetSnapshot known) {
        ResourceId id = put.id();
        VersionedResource same =
                known == null ? null : known.ofType(id.typeUrl()).get(id.name());
        if (same != null && same.version().equals(put.version())) {
            return same;
        }
        return VersionedResource.of(
                id.name(),
                put.version(),
                Any.newBuilder()
                        .setTypeUrl(id.typeUrl())
                        .setValue(put.resource())
                        .build());
    }

    /** A replay's result, in which equal sets are replaced by the previous objects. */
    private static FleetSnapshot shared(FleetSnapshot replayed, @Nullable FleetSnapshot known) {
        if (known == null) {
            return replayed;
        }
        Map<String, ResourceSet> types = new HashMap<>(replayed.types());
        types.replaceAll((typeUrl, set) -> set.equals(known.ofType(typeUrl)) ? known.ofType(typeUrl) : set);
        return new FleetSnapshot(replayed.fleet(), replayed.position(), replayed.publishedAt(), types);
    }

    /** The last good configuration of a fleet; empty: the fleet is unknown. */
    public Optional<FleetSnapshot> current(String fleet) {
        return Optional.ofNullable(fleets.get(fleet));
    }

    /** Runs {@code changed} after each change of the fleet, until closed. What changed is to be read from {@link #current}. */
    public Subscription watch(String fleet, Runnable changed) {
        watchers.compute(fleet, (name, watching) -> {
            CopyOnWriteArrayList<Runnable> list = watching == null ? new CopyOnWriteArrayList<>() : watching;
            list.add(changed);
            return list;
        });
        return () -> {
            watchers.computeIfPresent(fleet, (name, watching) -> {
                watching.remove(changed);
                return watching;
            });
            forgetIfUnused(fleet);
        };
    }

    /** The position at which the store last caught up with the log; empty: it never has, so there is nothing to serve yet. */
    public Optional<Position> caughtUpAt() {
        return caughtUp;
    }

    /** True if no replay is running. */
    public boolean live() {
        return live;
    }

    /** The number of resources by fleet, for the health page. */
    public Map<String, Integer> resourcesByFleet() {
        Map<String, Integer> counts = new HashMap<>();
        fleets.forEach((fleet, snapshot) -> counts.put(
                fleet, snapshot.types().values().stream().mapToInt(Map::size).sum()));
        return Map.copyOf(counts);
    }
}
