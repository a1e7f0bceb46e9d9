package dev.gatehouse.events;

/** Something that was subscribed to; closing it ends the calls, the last of which may still be running. */
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
