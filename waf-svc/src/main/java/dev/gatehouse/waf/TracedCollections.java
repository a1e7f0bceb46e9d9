package dev.gatehouse.waf;

import dev.gatehouse.seclang.collection.Change;
import dev.gatehouse.seclang.collection.CollectionStore;
import dev.gatehouse.seclang.collection.Record;
import dev.gatehouse.seclang.collection.RecordName;
import dev.gatehouse.tracing.Tracing;
import java.time.Duration;
import java.util.List;

/**
 * Persistent collections in Redis, with a span for each load. Changes have none: no request waits for them. Keys of records have values of requests, and are in
 * no span.
 */
final class TracedCollections implements CollectionStore {
    private final CollectionStore store;
    private final Tracing tracing;

    TracedCollections(CollectionStore store, Tracing tracing) {
        this.store = store;
        this.tracing = tracing;
    }

    @Override
    public boolean waits() {
        return store.waits();
    }

    @Override
    public Record load(RecordName name) {
        if (!tracing.isInSpan()) {
            return store.load(name);
        }
        return tracing.await(
                "collection load",
                span -> {
                    span.setAttribute("db.system.name", "redis");
                    span.setAttribute("gatehouse.waf.collection", name.collection());
                },
                () -> store.load(name));
    }

    @Override
    public void change(RecordName name, List<Change> changes, Duration timeout) {
        store.change(name, changes, timeout);
    }
}
