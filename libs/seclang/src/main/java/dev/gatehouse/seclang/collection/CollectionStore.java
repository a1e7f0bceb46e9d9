package dev.gatehouse.seclang.collection;

import java.time.Duration;
import java.util.List;

/**
 * Keeps persistent collections for all transactions, maybe of many processes. Used by any thread. A store that cannot be reached gives an
 * empty record and drops changes: rules on them then see a client that is new.
 */
public interface CollectionStore {
    /** Whether {@link #load} waits for another process. */
    boolean waits();

    /** Loads the record {@code name}, without expired values. */
    Record load(RecordName name);

    /**
     * Changes a record, each change atomic.
     *
     * @param timeout the time without a change after which the record is dropped
     */
    void change(RecordName name, List<Change> changes, Duration timeout);
}
