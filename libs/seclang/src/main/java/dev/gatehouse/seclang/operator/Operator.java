package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;

/** Decides whether a value matches. Immutable, for any thread. */
@FunctionalInterface
public interface Operator {
    boolean matches(Bytes value, MatchContext context);
}
