package dev.gatehouse.ratelimit;

import dev.gatehouse.ratelimit.store.CounterStore;
import dev.gatehouse.ratelimit.store.Increment;
import dev.gatehouse.tracing.Tracing;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The counting of one request in a store outside this process, with a span. Keys of counters have values of requests, and are in no span. */
final class TracedStore implements CounterStore {
    private final CounterStore store;
    private final Tracing tracing;

    TracedStore(CounterStore store, Tracing tracing) {
        this.store = store;
        this.tracing = tracing;
    }

    @Override
    public CompletionStage<List<Long>> increment(List<Increment> batch) {
        if (!tracing.isInSpan()) {
            return store.increment(batch);
        }
        return tracing.call(
                "counters increment",
                span -> {
                    span.setAttribute("db.system.name", store.kind());
                    span.setAttribute("db.operation.batch.size", batch.size());
                },
                () -> store.increment(batch),
                (_, _) -> {});
    }

    @Override
    public String kind() {
        return store.kind();
    }

    @Override
    public void close() {
        store.close();
    }
}
