package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.BackendReference;

/** What a reference to a backend leads to. */
public sealed interface Target {
    /** The reference as the user wrote it. */
    BackendReference reference();

    /** A cluster. */
    record Found(BackendReference reference, ClusterSpec cluster) implements Target {}

    /**
     * Nothing: requests for it are answered with 500.
     *
     * @param reason of the condition ResolvedRefs
     */
    record Unresolved(BackendReference reference, String reason, String message) implements Target {}
}
