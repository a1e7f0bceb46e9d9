package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.Phase;
import java.time.Duration;

/** Told what inspections did. Called on the threads that serve requests: must not block. */
public interface InspectionMetrics {
    /** @param engine time that was spent in the engine, over all phases */
    void finished(Outcome outcome, Duration engine);

    /** @param ruleId 0: a limit, not a rule */
    void blocked(long ruleId, Phase phase);

    /** How an inspection ended. */
    enum Outcome {
        PASSED,
        /** Rules matched that a mode other than Enforce kept from blocking, or that do not block. */
        DETECTED,
        BLOCKED,
        /** There was no usable policy. */
        UNAVAILABLE
    }
}
