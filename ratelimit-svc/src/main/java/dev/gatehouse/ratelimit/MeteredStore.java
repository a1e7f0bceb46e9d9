package dev.gatehouse.ratelimit;

import dev.gatehouse.ratelimit.store.CounterStore;
import dev.gatehouse.ratelimit.store.Increment;
import dev.gatehouse.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code gatehouse_ratelimit_store_seconds{store,outcome}}: the counting of one request. */
final class MeteredStore implements CounterStore {
    private static final Duration[] BUCKETS =
            Stream.of(1, 2, 5, 10, 25, 50, 100, 250).map(Duration::ofMillis).toArray(Duration[]::new);

    private final CounterStore store;
    private final Timer counted;
    private final Timer failed;

    MeteredStore(CounterStore store, MeterRegistry meters) {
        this.store = store;
        this.counted = timer(store, "counted", meters);
        this.failed = timer(store, "failed", meters);
    }

    private static Timer timer(CounterStore store, String outcome, MeterRegistry meters) {
        return Timer.builder("gatehouse.ratelimit.store")
                .description("Counting the hits of one request")
                .tag("store", store.kind())
                .tag("outcome", outcome)
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    @Override
    public CompletionStage<List<Long>> increment(List<Increment> batch) {
        long start = System.nanoTime();
        Span span = Span.current();
        return store.increment(batch).whenComplete((counts, failure) -> {
            try (Scope _ = Tracing.within(span)) {
                (failure == null ? counted : failed).record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            }
        });
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
