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
     * @param changed the number of new or changed policies
     * @param errors the number of errors in all invalid policies
     */
    void replaced(int changed, int errors);
}
