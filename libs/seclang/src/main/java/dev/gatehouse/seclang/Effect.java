package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Macro;
import dev.gatehouse.seclang.variable.Variable;

/** What a rule changes, each time that a value matches. */
sealed interface Effect {
    /** {@code setvar:tx.key=value}, and {@code =+n}, {@code =-n}. */
    record SetTx(Macro key, Assignment assignment, Macro value) implements Effect {}

    /** {@code setvar:!tx.key}. */
    record RemoveTx(Macro key) implements Effect {}

    record SetEnv(String name, Macro value) implements Effect {}

    /** What changes how the transaction itself goes on. */
    sealed interface Steering extends Effect {}

    /** {@code ctl:ruleEngine}. */
    record SwitchEngine(EngineMode mode) implements Steering {}

    /** {@code ctl:requestBodyAccess}. */
    record SwitchRequestBodyAccess(boolean on) implements Steering {}

    /** {@code ctl:responseBodyAccess}. */
    record SwitchResponseBodyAccess(boolean on) implements Steering {}

    /** {@code ctl:requestBodyProcessor=URLENCODED}. */
    record ForceUrlEncoded() implements Steering {}

    /** {@code ctl:ruleRemoveBy…}. */
    record RemoveRules(RuleFilter filter) implements Effect {}

    /** {@code ctl:ruleRemoveTargetBy…=…;VARIABLE:key}. */
    record RemoveTarget(RuleFilter filter, Variable variable, Selector selector) implements Effect {}

    /** How a value is assigned. */
    enum Assignment {
        SET,
        ADD,
        SUBTRACT
    }
}
