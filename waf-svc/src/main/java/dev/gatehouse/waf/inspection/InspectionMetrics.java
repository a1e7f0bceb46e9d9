package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.Phase;
import java.time.Duration;
import java.util.OptionalLong;

/** Told what inspections did. Called on the threads that serve requests: must not block. */
public interface InspectionMetrics {
    /**
     * @param engine time that was spent in the engine, over all phases
     * @param score the anomaly score, where rules keep one
     */
    void finished(Outcome outcome, Duration engine, OptionalLong score);

    /**
     * @param route by which the request was served, as Envoy names it; empty: it has no name
     * @param ruleId 0: a limit, not a rule
     */
    void blocked(String policy, String route, long ruleId, Phase phase);

    /**
     * A rule that is to be logged matched.
     *
     * @param blocked whether the transaction was blocked, by this rule or another
     */
    void matched(String policy, long ruleId, boolean blocked);

    /** Bytes of bodies that were looked at. */
    void read(long requestBytes, long responseBytes);

    /** A request was not inspected, for want of room or time. */
    void shed(String reason, boolean passed);

    /** How an inspection ended. */
    enum Outcome {
        PASSED,
        /** Rules matched that a mode other than Enforce kept from blocking, or that do not block. */
        DETECTED,
        BLOCKED,
        /** There was no usable policy, or no room, and it was refused. */
        UNAVAILABLE,
        /** It went on without inspection, by its policy's failure mode. */
        SKIPPED
    }
}
