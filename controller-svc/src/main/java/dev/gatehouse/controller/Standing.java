package dev.gatehouse.controller;

import io.grpc.Status;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Whether this replica of the controller answers xds-svc: the one that leads does, the others stand by. */
final class Standing {
    private final BooleanSupplier serves;

    Standing(BooleanSupplier serves) {
        this.serves = serves;
    }

    /** True if this replica answers. */
    boolean serves() {
        return serves.getAsBoolean();
    }

    /** Why a call is refused; empty: it is not. */
    Optional<Status> refusal() {
        return serves()
                ? Optional.empty()
                : Optional.of(
                        Status.UNAVAILABLE.withDescription("this replica stands by (expected: the one that leads)"));
    }
}
