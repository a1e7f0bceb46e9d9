package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;

/** Takes the values of a variable. */
@FunctionalInterface
interface ValueSink {
    /** @param key empty for a variable that is one value */
    void take(Bytes key, Bytes value);
}
