package dev.gatehouse.events.queue;

/** Counts what became of events. For any thread. */
public interface EventCounters {
    /** They are where they belong. */
    void written(int events);

    /** There was no room for them in the queue. */
    void dropped(int events);

    /** Their destination has not taken them. */
    void failed(int events);
}
