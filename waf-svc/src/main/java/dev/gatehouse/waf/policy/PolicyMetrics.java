package dev.gatehouse.waf.policy;

import java.time.Duration;

/** Told of what becomes of policies. */
public interface PolicyMetrics {
    /** Nobody listens. */
    PolicyMetrics NONE = new PolicyMetrics() {
        @Override
        public void compiled(Duration took) {}

        @Override
        public void replaced(int changed, int errors) {}
    };

    /** A rule set was compiled, be it good or bad. */
    void compiled(Duration took);

    /**
     * A configuration has come.
     *
     * @param changed policies that are new or another
     * @param errors of all that is bad
     */
    void replaced(int changed, int errors);
}
