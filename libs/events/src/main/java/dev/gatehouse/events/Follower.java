package dev.gatehouse.events;

/**
 * Receives the config log. Calls come one at a time, in the order of the log, on a thread of the log's; a follower may block it
 * without holding up whoever appends.
 */
public interface Follower {
    /**
     * The follower could not be resumed where it stood, or had nothing: the transactions up to {@link #caughtUp} are all that
     * there is. It goes on serving what it had until then, and then forgets what was not repeated. A second call before
     * {@link #caughtUp} starts over.
     */
    void replayStarted(String epoch);

    /** A committed transaction; in a replay, the whole state of a fleet at the position of its last change. */
    void transaction(Position position, Transaction transaction);

    /** Everything up to {@code position} has been delivered; what follows is live. */
    void caughtUp(Position position);
}
