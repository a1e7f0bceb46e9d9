package dev.gatehouse.events;

import java.util.Optional;

/**
 * The ordered, compactable log of transactions from the controller to every xds-svc replica. Thread-safe.
 */
public interface ConfigLog {
    /** Appends and returns the position. Never waits for a follower. */
    Position append(Transaction transaction);

    /**
     * Delivers what came after {@code after} where the log still has it, otherwise a replay of its compacted state, and then
     * what is appended. Ends only when the subscription is closed.
     *
     * @param after where the follower stands; empty: it has nothing
     */
    Subscription follow(Optional<Position> after, Follower follower);
}
