package dev.gatehouse.xds.grpc;

import dev.gatehouse.xds.stream.Protocol;
import java.time.Duration;

/** What is counted and timed. Thread-safe; never blocks. */
public interface StreamMetrics {
    /** Counts and times nothing: for streams that nobody measures. */
    StreamMetrics NONE = new StreamMetrics() {
        @Override
        public void connected(Protocol protocol) {}

        @Override
        public void disconnected(Protocol protocol) {}

        @Override
        public void pushed(String typeUrl) {}

        @Override
        public void acknowledged(String typeUrl, Duration latency) {}

        @Override
        public void rejected(String typeUrl) {}

        @Override
        public void overdue(boolean overdue) {}

        @Override
        public void applied(Duration propagation) {}
    };

    void connected(Protocol protocol);

    void disconnected(Protocol protocol);

    void pushed(String typeUrl);

    void acknowledged(String typeUrl, Duration latency);

    void rejected(String typeUrl);

    /** A stream has begun to owe something for too long, or no longer does. */
    void overdue(boolean overdue);

    /** @param propagation from the controller's publishing to the subscriber's acceptance */
    void applied(Duration propagation);
}
