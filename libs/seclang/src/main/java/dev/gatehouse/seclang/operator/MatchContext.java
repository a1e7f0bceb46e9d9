package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.MacroScope;

/** What an operator may know of the transaction. */
public interface MatchContext extends MacroScope {
    /** Whether the rule has {@code capture}: else groups need not be found. */
    boolean capturing();

    /** Sets {@code TX:0} to {@code TX:9}; groups over 9 are dropped. */
    void capture(int group, Bytes value);

    /** Adds to {@code ARGS_PATH}. */
    void pathArgument(String name, Bytes value);
}
