package dev.gatehouse.controller.security;

import java.util.List;
import java.util.Optional;

/** What became of a SecurityPolicy. */
public sealed interface SecurityOutcome {
    /** Why the policy is not accepted. */
    Optional<String> problem();

    /**
     * The policy is enforced.
     *
     * @param bypassed why its extAuth is left out: the server is not there, and failOpen says that requests pass then
     * @param warnings what of the policy has no effect
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

    /** The policy cannot be enforced: whatever it is for is closed. */
    record Invalid(String message) implements SecurityOutcome {
        @Override
        public Optional<String> problem() {
            return Optional.of(message);
        }
    }
}
