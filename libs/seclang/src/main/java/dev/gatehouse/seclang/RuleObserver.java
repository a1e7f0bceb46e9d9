package dev.gatehouse.seclang;

/** Observes each rule evaluation of a transaction, on the transaction's thread. */
@FunctionalInterface
public interface RuleObserver {
    /** No observer. Nothing is measured. */
    RuleObserver NONE = (id, phase, nanos, matched) -> {};

    /**
     * Reports the evaluation of a rule.
     *
     * @param nanos the duration in nanoseconds, including the rule's effects
     */
    void evaluated(long id, Phase phase, long nanos, boolean matched);
}
