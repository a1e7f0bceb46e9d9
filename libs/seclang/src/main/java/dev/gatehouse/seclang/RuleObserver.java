package dev.gatehouse.seclang;

/** Is told of each rule that a transaction evaluates, by the thread that does. */
@FunctionalInterface
public interface RuleObserver {
    /** Nobody looks: nothing is measured. */
    RuleObserver NONE = (id, phase, nanos, matched) -> {};

    /**
     * A rule was evaluated.
     *
     * @param nanos that it took, with what it changed
     */
    void evaluated(long id, Phase phase, long nanos, boolean matched);
}
