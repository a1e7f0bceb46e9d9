package dev.gatehouse.seclang.collection;

import dev.gatehouse.seclang.bytes.Bytes;
import java.time.Instant;
import java.util.Map;

/**
 * What is kept under a name.
 *
 * @param values by their names in small letters
 * @param created when it was first changed; now if it is new
 * @param updated when it was last changed; now if it is new
 * @param updates how often it was changed; 0: it is new
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
