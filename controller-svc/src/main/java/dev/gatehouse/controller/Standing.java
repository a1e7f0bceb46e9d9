package dev.gatehouse.controller;

import io.grpc.Status;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Whether this controller replica answers xds-svc. Only the leader answers; the other replicas stand by. */
final class Standing {
    private final BooleanSupplier serves;

    Standing(BooleanSupplier serves) {
        this.serves = serves;
    }

    /** True if this replica answers. */
    boolean serves() {
        return serves.getAsBoolean();
    }

    /** The status that refuses a call; empty: this replica answers. */
    Optional<Status> refusal() {
        return serves()
                ? Optional.empty()
                : Optional.of(
                        Status.UNAVAILABLE.withDescription("this replica stands by (expected: the one that leads)"));
    }
}
