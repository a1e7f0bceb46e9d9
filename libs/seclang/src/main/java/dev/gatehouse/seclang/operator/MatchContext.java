package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.MacroScope;

/** The context of an operator in the transaction. */
public interface MatchContext extends MacroScope {
    /** Whether the rule has {@code capture}. Without it, groups need not be found. */
    boolean capturing();

    /** Sets {@code TX:0} to {@code TX:9}; groups over 9 are dropped. */
    void capture(int group, Bytes value);

    /** The step limit of a regular expression that needs backtracking: {@code SecPcreMatchLimit}. */
    long steps();

    /** Records that an expression used up its steps: {@code MSC_PCRE_LIMITS_EXCEEDED}. */
    void gaveUp();

    /** Adds to {@code ARGS_PATH}. */
    void pathArgument(String name, Bytes value);
}
