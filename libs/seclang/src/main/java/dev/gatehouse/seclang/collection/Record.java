package dev.gatehouse.seclang.collection;

import dev.gatehouse.seclang.bytes.Bytes;
import java.time.Instant;
import java.util.Map;

/**
 * The record of a collection for one key.
 *
 * @param values the values, by their names in lower case
 * @param created the time of the first change; the present time for a new record
 * @param updated the time of the last change; the present time for a new record
 * @param updates the number of changes; 0 for a new record
 */
public record Record(Map<String, Bytes> values, Instant created, Instant updated, long updates) {
    public Record {
        values = Map.copyOf(values);
    }

    /** Nobody has changed it yet. */
    public static Record fresh(Instant now) {
        return new Record(Map.of(), now, now, 0);
    }
}
