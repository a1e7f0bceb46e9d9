package dev.gatehouse.seclang;

import dev.gatehouse.seclang.collection.CollectionStore;
import dev.gatehouse.seclang.collection.MemoryCollectionStore;
import java.time.InstantSource;
import java.util.Map;

/**
 * What transactions use of the world.
 *
 * @param environment what {@code ENV} shows
 * @param collections where persistent collections are kept
 */
public record Surroundings(
        InstantSource clock, Map<String, String> environment, CollectionStore collections, RuleObserver observer) {
    private static final int RECORDS = 100_000;

    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Collections are in memory, of these surroundings alone. */
    public Surroundings(InstantSource clock, Map<String, String> environment) {
        this(clock, environment, new MemoryCollectionStore(clock, RECORDS), RuleObserver.NONE);
    }

    /** Others that are told of each rule. */
    public Surroundings observedBy(RuleObserver other) {
        return new Surroundings(clock, environment, collections, other);
    }
}
