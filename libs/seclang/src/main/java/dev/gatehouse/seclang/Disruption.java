package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Macro;

/** What a rule does to the transaction once it matches. */
sealed interface Disruption {
    /** Nothing. */
    record Pass() implements Disruption {}

    /** The phase's default action. */
    record Block() implements Disruption {}

    record Deny() implements Disruption {}

    record Drop() implements Disruption {}

    record Redirect(Macro location) implements Disruption {}

    /** No more rules, for a while. */
    record Allow(Scope scope) implements Disruption {}

    /** For how long. */
    enum Scope {
        TRANSACTION,
        PHASE,
        REQUEST
    }
}
