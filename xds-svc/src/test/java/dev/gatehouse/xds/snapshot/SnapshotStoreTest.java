package dev.gatehouse.xds.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SnapshotStoreTest {
    private static final String TYPE = "type.googleapis.com/t";

    private final SnapshotStore store = new SnapshotStore();

    private static Transaction put(String fleet, String name, String version) {
        Put put = new Put(new ResourceId(fleet, TYPE, name), version, ByteString.copyFromUtf8(name + version), false);
        return new Transaction(fleet, List.of(put), List.of(), Instant.EPOCH, false);
    }

    private static Position at(String epoch, long offset) {
        return new Position(epoch, offset);
    }

    private Map<String, VersionedResource> resources(String fleet) {
        return store.current(fleet).orElseThrow().ofType(TYPE);
    }

    private void loaded() {
        store.replayStarted("e1");
        store.transaction(at("e1", 1), put("f", "a", "1"));
        store.caughtUp(at("e1", 1));
    }

    @Test
    void nothingOfAReplayIsServedBeforeItIsComplete() {
        store.replayStarted("e1");
        store.transaction(at("e1", 1), put("f", "a", "1"));
        assertThat(store.current("f")).isEmpty();
        assertThat(store.caughtUpAt()).isEmpty();
        store.caughtUp(at("e1", 1));
        assertThat(resources("f")).containsOnlyKeys("a");
    }

    @Test
    void aNewEpochReplacesTheOldStateAtOnceWhenItIsComplete() {
        loaded();
        VersionedResource before = resources("f").get("a");
        store.replayStarted("e2");
        store.transaction(at("e2", 1), put("f", "b", "1"));
        assertThat(resources("f")).containsOnlyKeys("a");
        store.transaction(at("e2", 2), put("f", "a", "1"));
        store.caughtUp(at("e2", 2));
        assertThat(resources("f")).containsOnlyKeys("a", "b");
        assertThat(resources("f").get("a")).isSameAs(before);
    }

    @Test
    void aReplayOfTheSameResourcesKeepsTheSameMap() {
        loaded();
        Map<String, VersionedResource> before = resources("f");
        store.replayStarted("e2");
        store.transaction(at("e2", 1), put("f", "a", "1"));
        store.caughtUp(at("e2", 1));
        assertThat(resources("f")).isSameAs(before);
    }

    @Test
    void aRemovedFleetIsServedUntilItsLastSubscriberLeaves() {
        loaded();
        AtomicInteger changes = new AtomicInteger();
        Subscription watch = store.watch("f", changes::incrementAndGet);
        store.transaction(at("e1", 2), new Transaction("f", List.of(), List.of(), Instant.EPOCH, true));
        assertThat(resources("f")).containsOnlyKeys("a");
        assertThat(changes).hasValue(0);
        watch.close();
        assertThat(store.current("f")).isEmpty();
    }

    @Test
    void aFleetThatANewEpochDoesNotHaveIsServedUntilItsLastSubscriberLeaves() {
        loaded();
        Subscription watch = store.watch("f", () -> {});
        store.replayStarted("e2");
        store.caughtUp(at("e2", 0));
        assertThat(resources("f")).containsOnlyKeys("a");
        watch.close();
        assertThat(store.current("f")).isEmpty();
    }

    @Test
    void aWatcherIsToldOfEachChangeOfItsFleetOnly() {
        loaded();
        AtomicInteger changes = new AtomicInteger();
        try (Subscription watch = store.watch("f", changes::incrementAndGet)) {
            store.transaction(at("e1", 2), put("g", "x", "1"));
            store.transaction(at("e1", 3), put("f", "a", "2"));
        }
        store.transaction(at("e1", 4), put("f", "a", "3"));
        assertThat(changes).hasValue(1);
        assertThat(resources("f").values())
                .extracting(VersionedResource::version)
                .containsExactly("3");
    }
}
