package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.ObjectKey;

/** What a reference to a backend leads to. */
public sealed interface Target {
    /** The reference as the user wrote it. */
    BackendReference reference();

    /** The same target for a Gateway that shows {@code certificate} to its backends. */
    default Target presenting(ObjectKey certificate) {
        return switch (this) {
            case Found found -> new Found(found.reference(), found.cluster().presenting(certificate), found.standBy());
            case Unresolved unresolved -> unresolved;
        };
    }

    /** The same target, whose requests get {@code credential} too. */
    default Target injecting(InjectedCredential credential) {
        return switch (this) {
            case Found found -> new Found(found.reference(), found.cluster().injecting(credential), found.standBy());
            case Unresolved unresolved -> unresolved;
        };
    }

    /** The same target, treated as {@code settings} say. */
    default Target with(ClusterSettings settings) {
        return switch (this) {
            case Found found -> new Found(found.reference(), found.cluster().with(settings), found.standBy());
            case Unresolved unresolved -> unresolved;
        };
    }

    /** The same target, unless its endpoints are what each request names. */
    default Target withEndpoints(String user) {
        return this instanceof Found found && found.cluster().resolved().isPresent()
                ? new Unresolved(
                        found.reference(),
                        "UnsupportedValue",
                        "Backend " + found.reference().name() + ": spec.type: DynamicResolver cannot be used by " + user
                                + " (expected: Endpoints).")
                : this;
    }

    /**
     * A cluster.
     *
     * @param standBy it is for when no other backend of the rule has a healthy endpoint
     */
    record Found(BackendReference reference, ClusterSpec cluster, boolean standBy) implements Target {}

    /**
     * Nothing: requests for it are answered with 500.
     *
     * @param reason of the condition ResolvedRefs
     */
    record Unresolved(BackendReference reference, String reason, String message) implements Target {}
}
