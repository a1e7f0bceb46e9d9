package dev.gatehouse.seclang;

import dev.gatehouse.seclang.collection.CollectionStore;
import dev.gatehouse.seclang.collection.MemoryCollectionStore;
import java.time.InstantSource;
import java.util.Map;

/**
 * The environment of transactions.
 *
 * @param environment the values of {@code ENV}
 * @param collections the store of persistent collections
 */
public record Surroundings(
        InstantSource clock, Map<String, String> environment, CollectionStore collections, RuleObserver observer) {
    private static final int RECORDS = 100_000;

    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Surroundings with collections of their own, in memory. */
    public Surroundings(InstantSource clock, Map<String, String> environment) {
        this(clock, environment, new MemoryCollectionStore(clock, RECORDS), RuleObserver.NONE);
    }

    /** A copy with the observer {@code other}. */
    public Surroundings observedBy(RuleObserver other) {
        return new Surroundings(clock, environment, collections, other);
    }
}
