package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.MacroScope;

/** What an operator may know of the transaction. */
public interface MatchContext extends MacroScope {
    /** Whether the rule has {@code capture}: else groups need not be found. */
    boolean capturing();

    /** Sets {@code TX:0} to {@code TX:9}; groups over 9 are dropped. */
    void capture(int group, Bytes value);

    /** How many steps a regular expression may take that no automaton recognises: {@code SecPcreMatchLimit}. */
    long steps();

    /** Such an expression has used up its steps: {@code MSC_PCRE_LIMITS_EXCEEDED}. */
    void gaveUp();

    /** Adds to {@code ARGS_PATH}. */
    void pathArgument(String name, Bytes value);
}
