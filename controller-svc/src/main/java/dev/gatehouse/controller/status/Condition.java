package dev.gatehouse.controller.status;

/**
 * A condition of Kubernetes' convention, without the time of its last change, which the writer of statuses keeps.
 *
 * @param message for people: the offending value and what was expected
 */
public record Condition(String type, Status status, String reason, String message) {
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

    public boolean holds() {
        return status == Status.True;
    }
}
