package dev.gatehouse.events;

/**
 * Receives the config log. Calls come one at a time, in the order of the log, on a thread of the log's; a follower may block it
 * without holding up whoever appends.
 */
public interface Follower {
    /**
     * A replay begins, because the follower is new or could not resume at its position. The transactions up to {@link
     * #caughtUp} are the complete content. The follower serves its old content until then, and afterwards drops
     * resources that the replay did not contain. A second call before {@link #caughtUp} starts over.
     */
    void replayStarted(String epoch);

    /** A committed transaction; in a replay, the whole state of a fleet at the position of its last change. */
    void transaction(Position position, Transaction transaction);

    /** Everything up to {@code position} has been delivered; what follows is live. */
    void caughtUp(Position position);
}
