package dev.gatehouse.ratelimit.descriptor;

import dev.gatehouse.ratelimit.limit.Limit;
import java.util.Set;

/** What applies to a descriptor. */
public sealed interface Rule {
    /** Empty: nameless. A name is what other rules replace. */
    String name();

    /** The names of the rules that do not apply when this one does. */
    Set<String> replaces();

    /**
     * Counted against a limit.
     *
     * @param shadow whether the limit is only counted and reported and never enforced
     * @param quota true if the request is refused only when all its quota rules are exceeded
     */
    record Limited(Limit limit, boolean shadow, boolean quota, Set<String> replaces) implements Rule {
        public Limited {
            replaces = Set.copyOf(replaces);
        }

        @Override
        public String name() {
            return limit.name();
        }
    }

    /** Never counted, never limited. */
    record Unlimited(String name, Set<String> replaces) implements Rule {
        public Unlimited {
            replaces = Set.copyOf(replaces);
        }
    }
}
