package dev.gatehouse.ratelimit.decision;

import dev.gatehouse.ratelimit.limit.Limit;
import java.time.Duration;

/** Where a descriptor stands. */
public sealed interface Status {
    Code code();

    /**
     * Counted.
     *
     * @param shadowed whether the limit is exceeded and not enforced because the rule is in shadow mode
     * @param remaining the remaining hits in this window
     * @param untilReset the time until the window's end, in whole seconds, at least one
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
