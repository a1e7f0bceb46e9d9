package dev.gatehouse.controller.infrastructure;

import java.util.List;

/** The desired state of a fleet's objects. The objects of a fleet without a value are deleted. */
public sealed interface Infrastructure {
    /** Exactly these objects must exist. */
    record Desired(List<KubernetesObject> objects) implements Infrastructure {
        public Desired {
            objects = List.copyOf(objects);
        }
    }

    /** No object is created or deleted, since no listener can be served at present. */
    record Kept() implements Infrastructure {}

    /**
     * The specified objects cannot be made. Existing objects stay unchanged, since they serve.
     *
     * @param message the field of the EnvoyProxy, the value and what was expected
     */
    record Invalid(String message) implements Infrastructure {}
}
