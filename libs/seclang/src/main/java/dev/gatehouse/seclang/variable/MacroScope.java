package dev.gatehouse.seclang.variable;

import dev.gatehouse.seclang.bytes.Bytes;

/** Where macros find values: a transaction. */
@FunctionalInterface
public interface MacroScope {
    /** The first value; empty without one. */
    Bytes value(MacroReference reference);
}
