package dev.gatehouse.seclang;

/** {@code SecRuleEngine}. */
public enum EngineMode {
    /** Rules are evaluated and disruptive actions taken. */
    ON,
    /** Rules are evaluated, and nothing is interrupted. */
    DETECTION_ONLY,
    /** No rule is evaluated. */
    OFF
}
