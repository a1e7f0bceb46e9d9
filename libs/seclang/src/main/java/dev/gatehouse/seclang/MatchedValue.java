package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;

/**
 * A value that a rule matched.
 *
 * @param name {@code ARGS:id}, or the variable's name alone
 * @param value the value after the transformations
 * @param original the value before the transformations
 * @param transformations as in {@code t:lowercase,t:removeNulls}
 * @param operator the operator as written, with its argument; empty for {@code SecAction}
 */
public record MatchedValue(Bytes name, Bytes value, Bytes original, String transformations, String operator) {}
