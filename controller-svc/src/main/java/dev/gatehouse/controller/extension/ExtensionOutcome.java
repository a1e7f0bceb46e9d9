package dev.gatehouse.controller.extension;

import java.util.Optional;

/** What became of the extensions of a policy on one Gateway. */
public sealed interface ExtensionOutcome {
    /** Why the policy is not accepted. */
    Optional<String> problem();

    /**
     * Requests pass the extensions.
     *
     * @param bypassed why some are left out, or run as they were before: they cannot be made as the policy says
     */
    record Enforced(Extensions extensions, Optional<String> bypassed) implements ExtensionOutcome {
        @Override
        public Optional<String> problem() {
            return bypassed;
        }
    }

    /** An extension that must not be left out cannot be made: whatever the policy is for is closed. */
    record Invalid(String message) implements ExtensionOutcome {
        @Override
        public Optional<String> problem() {
            return Optional.of(message);
        }
    }
}
