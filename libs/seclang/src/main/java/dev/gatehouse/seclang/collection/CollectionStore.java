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

    /** A collection's values for a key; those that have expired are left out. */
    Record load(RecordName name);

    /**
     * Changes a record, each change atomic.
     *
     * @param timeout after which a record that nobody changes is forgotten
     */
    void change(RecordName name, List<Change> changes, Duration timeout);
}
