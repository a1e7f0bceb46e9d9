package dev.gatehouse.seclang;

import dev.gatehouse.seclang.audit.AuditPart;
import dev.gatehouse.seclang.audit.AuditSettings;
import dev.gatehouse.seclang.variable.Macro;
import dev.gatehouse.seclang.variable.Variable;
import java.util.Set;

/** A non-disruptive effect of a rule, for each matching value. */
sealed interface Effect {
    /** {@code setvar:tx.key=value}, and {@code =+n}, {@code =-n}; of persistent collections too. */
    record SetVariable(Variable collection, VariableKey key, Assignment assignment, Macro value) implements Effect {}

    /** {@code setvar:!tx.key}. */
    record RemoveVariable(Variable collection, VariableKey key) implements Effect {}

    record SetEnv(Macro name, Macro value) implements Effect {}

    /** {@code initcol:ip=%{REMOTE_ADDR}}, {@code setsid}, {@code setuid} and {@code setrsc}. */
    record InitCollection(Variable collection, Macro key) implements Effect {}

    /** {@code expirevar:ip.key=seconds}. */
    record ExpireVariable(Variable collection, VariableKey key, Macro seconds) implements Effect {}

    /** {@code deprecatevar:ip.key=amount/seconds}: the value decreases by the amount in each such period. */
    record DeprecateVariable(Variable collection, VariableKey key, long amount, long seconds) implements Effect {}

    /** {@code sanitiseArg} and others: the audit log hides the value. */
    record Sanitise(Variable variable, String name) implements Effect {}

    /** {@code sanitiseMatched} and {@code sanitiseMatchedBytes}. */
    record SanitiseMatched() implements Effect {}

    /** {@code ctl:ruleRemoveBy…}. */
    record RemoveRules(RuleFilter filter) implements Effect {}

    /** {@code ctl:ruleRemoveTargetBy…=…;VARIABLE:key}. */
    record RemoveTarget(RuleFilter filter, Variable variable, Selector selector) implements Effect {}

    /** An effect on the further course of the transaction. */
    sealed interface Steering extends Effect {}

    /** {@code ctl:ruleEngine}. */
    record SwitchEngine(EngineMode mode) implements Steering {}

    /** {@code ctl:requestBodyAccess}. */
    record SwitchRequestBodyAccess(boolean on) implements Steering {}

    /** {@code ctl:responseBodyAccess}. */
    record SwitchResponseBodyAccess(boolean on) implements Steering {}

    /** {@code ctl:requestBodyLimit}. */
    record LimitRequestBody(long bytes) implements Steering {}

    /** {@code ctl:responseBodyLimit}. */
    record LimitResponseBody(long bytes) implements Steering {}

    /** {@code ctl:requestBodyProcessor}. */
    record ProcessRequestBody(BodyProcessor processor) implements Steering {}

    /** {@code ctl:responseBodyProcessor}. */
    record ProcessResponseBody(BodyProcessor processor) implements Steering {}

    /** {@code ctl:forceRequestBodyVariable}. */
    record ForceRequestBody(boolean on) implements Steering {}

    /** {@code ctl:forceResponseBodyVariable}. */
    record ForceResponseBody(boolean on) implements Steering {}

    /** {@code ctl:parseXmlIntoArgs}. */
    record SwitchXmlArguments(Settings.XmlArguments to) implements Steering {}

    /** {@code ctl:auditEngine}. */
    record SwitchAudit(AuditSettings.Engine engine) implements Steering {}

    /** {@code ctl:auditLogParts=+E}, {@code =-E} or {@code =ABZ}. */
    record SwitchAuditParts(Assignment assignment, Set<AuditPart> parts) implements Steering {}

    /** How a value is assigned. */
    enum Assignment {
        SET,
        ADD,
        SUBTRACT
    }
}
