package dev.gatehouse.events;

import java.util.Optional;

/**
 * The ordered, compactable log of transactions from the controller to every xds-svc replica. Thread-safe.
 */
public interface ConfigLog {
    /** Appends and returns the position. Never waits for a follower. */
    Position append(Transaction transaction);

    /**
     * Delivers the transactions after {@code after} if the log still has them, otherwise a replay of the compacted
     * state, and then all appended transactions. Ends only when the subscription is closed.
     *
     * @param after where the follower stands; empty: it has nothing
     */
    Subscription follow(Optional<Position> after, Follower follower);
}
