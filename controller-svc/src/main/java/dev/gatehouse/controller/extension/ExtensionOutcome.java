package dev.gatehouse.controller.extension;

import java.util.Optional;

/** The outcome of a policy's extensions on one Gateway. */
public sealed interface ExtensionOutcome {
    /** Why the policy is not accepted. */
    Optional<String> problem();

    /**
     * Requests pass the extensions.
     *
     * @param bypassed why some extensions are left out or run in an earlier version: they cannot be made as specified
     */
    record Enforced(Extensions extensions, Optional<String> bypassed) implements ExtensionOutcome {
        @Override
        public Optional<String> problem() {
            return bypassed;
        }
    }

    /** An extension that must not be left out cannot be made: the policy's targets are closed. */
    record Invalid(String message) implements ExtensionOutcome {
        @Override
        public Optional<String> problem() {
            return Optional.of(message);
        }
    }
}
