package dev.gatehouse.seclang.body;

import dev.gatehouse.seclang.bytes.Bytes;

/** Takes names and values as they are found. */
@FunctionalInterface
public interface FieldSink {
    void take(Bytes name, Bytes value);
}
