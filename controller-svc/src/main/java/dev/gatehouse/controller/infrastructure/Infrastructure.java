package dev.gatehouse.controller.infrastructure;

import java.util.List;

/** What should become of a fleet's objects. A fleet without a value has none: they are deleted. */
public sealed interface Infrastructure {
    /** These should be there, and no others. */
    record Desired(List<KubernetesObject> objects) implements Infrastructure {
        public Desired {
            objects = List.copyOf(objects);
        }
    }

    /** Nothing is made and nothing is deleted: no listener can be served yet, or again. */
    record Kept() implements Infrastructure {}

    /**
     * What is asked for cannot be made. What is there stays as it is, since it serves.
     *
     * @param message the field of the EnvoyProxy, the value and what was expected
     */
    record Invalid(String message) implements Infrastructure {}
}
