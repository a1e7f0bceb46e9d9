package dev.gatehouse.ratelimit.store;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Counts hits. Safe for any number of threads; never blocks the caller. */
public interface CounterStore extends AutoCloseable {
    /**
     * Adds each increment, atomically each by itself.
     *
     * @return the counters afterwards, in the order of {@code batch}; or a {@link StoreUnavailable}, in which case any part of the
     *     batch may have been counted
     */
    CompletionStage<List<Long>> increment(List<Increment> batch);

    /** For metrics and health: {@code memory}, {@code redis}. */
    String kind();

    @Override
    void close();
}
