package dev.gatehouse.controller.security;

import java.util.List;
import java.util.Optional;

/** The outcome of resolving a SecurityPolicy. */
public sealed interface SecurityOutcome {
    /** Why the policy is not accepted. */
    Optional<String> problem();

    /**
     * The policy is enforced.
     *
     * @param bypassed why its extAuth is left out: the server cannot be resolved, and failOpen lets requests pass
     * @param warnings the policy's fields that have no effect
     */
    record Enforced(Security security, Optional<String> bypassed, List<String> warnings) implements SecurityOutcome {
        public Enforced {
            warnings = List.copyOf(warnings);
        }

        @Override
        public Optional<String> problem() {
            return bypassed;
        }
    }

    /** The policy cannot be enforced: its targets are closed. */
    record Invalid(String message) implements SecurityOutcome {
        @Override
        public Optional<String> problem() {
            return Optional.of(message);
        }
    }
}
