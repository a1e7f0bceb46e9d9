package dev.gatehouse.controller.status;

import java.util.OptionalLong;

/**
 * A condition of Kubernetes' convention, without the time of its last change, which the writer of statuses keeps.
 *
 * @param message for people: the offending value and what was expected
 * @param observedGeneration the generation that the condition is about; empty: the generation of the whole status
 */
public record Condition(String type, Status status, String reason, String message, OptionalLong observedGeneration) {
    public Condition(String type, Status status, String reason, String message) {
        this(type, status, reason, message, OptionalLong.empty());
    }

    /** A condition's state. */
    public enum Status {
        True,
        False,
        Unknown
    }

    public static Condition isTrue(String type, String reason, String message) {
        return new Condition(type, Status.True, reason, message);
    }

    public static Condition isFalse(String type, String reason, String message) {
        return new Condition(type, Status.False, reason, message);
    }

    /** A copy about an earlier generation of the object. */
    public Condition ofGeneration(long generation) {
        return new Condition(type, status, reason, message, OptionalLong.of(generation));
    }

    public boolean holds() {
        return status == Status.True;
    }
}
