package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;

/**
 * A value that a rule matched.
 *
 * @param name {@code ARGS:id}, or the variable's name alone
 * @param value after the transformations
 */
public record MatchedValue(String name, Bytes value) {}
