package dev.gatehouse.seclang.collection;

import dev.gatehouse.seclang.bytes.Bytes;
import java.time.Duration;

/** One change of a record. Names are in small letters. */
public sealed interface Change {
    /** {@code setvar:ip.name=value}. */
    record Set(String name, Bytes value) implements Change {}

    /** {@code setvar:ip.name=+1}: adds to the stored value atomically, so that no replica's count is lost. */
    record Add(String name, long amount) implements Change {}

    /** {@code setvar:!ip.name}. */
    record Remove(String name) implements Change {}

    /** {@code expirevar:ip.name=60}. */
    record Expire(String name, Duration after) implements Change {}
}
