package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.Phase;
import java.time.Duration;
import java.util.OptionalLong;

/** Told what inspections did. Called on the threads that serve requests: must not block. */
public interface InspectionMetrics {
    /**
     * @param engine the time in the engine, over all phases
     * @param score the anomaly score; empty: the rules do not keep one
     */
    void finished(Outcome outcome, Duration engine, OptionalLong score);

    /**
     * @param route Envoy's name of the request's route; empty: the route has no name
     * @param ruleId the rule's id; 0: a limit blocked the request
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
