package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.ObjectKey;

/** The target of a reference to a backend. */
public sealed interface Target {
    /** The reference as the user wrote it. */
    BackendReference reference();

    /** A copy for a Gateway whose client certificate is {@code certificate}. */
    default Target presenting(ObjectKey certificate) {
        return switch (this) {
            case Found found -> new Found(found.reference(), found.cluster().presenting(certificate), found.standBy());
            case Unresolved unresolved -> unresolved;
        };
    }

    /** A copy whose requests also get {@code credential}. */
    default Target injecting(InjectedCredential credential) {
        return switch (this) {
            case Found found -> new Found(found.reference(), found.cluster().injecting(credential), found.standBy());
            case Unresolved unresolved -> unresolved;
        };
    }

    /** A copy whose cluster has {@code settings}. */
    default Target with(ClusterSettings settings) {
        return switch (this) {
            case Found found -> new Found(found.reference(), found.cluster().with(settings), found.standBy());
            case Unresolved unresolved -> unresolved;
        };
    }

    /** Returns this target; a target without endpoints of its own (type DynamicResolver) becomes unresolved. */
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
     * @param standBy true if the backend gets requests only while no other backend of the rule has a healthy endpoint
     */
    record Found(BackendReference reference, ClusterSpec cluster, boolean standBy) implements Target {}

    /**
     * No cluster: requests for this backend are answered with 500.
     *
     * @param reason the reason of the condition ResolvedRefs
     */
    record Unresolved(BackendReference reference, String reason, String message) implements Target {}
}
