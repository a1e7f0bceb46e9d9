package dev.gatehouse.xdsclient;

/** Takes each update of a type's resources that the server pushes. Called by one thread at a time. */
@FunctionalInterface
public interface Subscriber {
    /**
     * Puts the update in use. A refused resource keeps its last good version, and all else of the update is in force. The first update may be
     * empty: the server has no resource of the type. An exception counts as a refusal of each resource that changed.
     */
    Verdict take(Update update);
}
