package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Macro;

/** The disruptive action of a matching rule. */
sealed interface Disruption {
    /** Continues. */
    record Pass() implements Disruption {}

    /** Takes the phase's default action. */
    record Block() implements Disruption {}

    record Deny() implements Disruption {}

    record Drop() implements Disruption {}

    record Redirect(Macro location) implements Disruption {}

    /** Runs no more rules for the scope. */
    record Allow(Scope scope) implements Disruption {}

    /** The scope of {@code allow}. */
    enum Scope {
        TRANSACTION,
        PHASE,
        REQUEST
    }
}
