package dev.gatehouse.ratelimit.decision;

import dev.gatehouse.ratelimit.limit.Limit;
import java.time.Duration;

/** Where a descriptor stands. */
public sealed interface Status {
    Code code();

    /**
     * Counted.
     *
     * @param shadowed over its limit, and let through because its rule is in shadow mode
     * @param remaining hits until the limit, in this window
     * @param untilReset to the window's end, in whole seconds, at least one
     */
    record Counted(Code code, Limit limit, long remaining, Duration untilReset, boolean quota, boolean shadowed)
            implements Status {}

    /** A rule says that it has no limit. */
    record Unlimited() implements Status {
        @Override
        public Code code() {
            return Code.OK;
        }
    }

    /** No rule is about it, or another's rule replaces its own. */
    record Unmatched() implements Status {
        @Override
        public Code code() {
            return Code.OK;
        }
    }
}
